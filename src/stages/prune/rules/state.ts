import type { PruneRule } from './rule.ts';

/** What package managers and programs have noted down for themselves. */
export const stateRules: readonly PruneRule[] = [
  {
    name: 'apt-lists',
    explanation: "apt's indexes and downloads.",
    mode: 'on',
    remove: ['var/lib/apt/lists/**/*', 'var/cache/apt/**/*'],
    when: (entry) => entry.type !== 'directory',
    leavesFolders: true,
  },
  {
    name: 'apt-state',
    explanation: "apt's state and configuration, unless apt itself is in the image.",
    mode: 'on',
    remove: ['var/lib/apt/**', 'var/cache/apt/**', 'etc/apt/**'],
    when: (_entry, has) => !has('usr/bin/apt-get'),
  },
  {
    name: 'dpkg-state',
    explanation:
      "dpkg's and debconf's databases, unless dpkg itself is in the image; " +
      'the package list for scanners (`status.d`) stays.',
    mode: 'on',
    remove: ['var/lib/dpkg/**', 'var/cache/debconf/**', 'var/lib/{ucf,pam}/**', 'var/lib/shells.state'],
    except: ['var/lib/dpkg/status.d/**'],
    when: (_entry, has) => !has('usr/bin/dpkg'),
  },
  {
    name: 'caches',
    explanation: 'Files in `/var/cache`; the folders stay for the programs that own them.',
    mode: 'on',
    remove: ['var/cache/**/*'],
    when: (entry) => entry.type !== 'directory',
    leavesFolders: true,
  },
  {
    name: 'logs',
    explanation: 'Files in `/var/log`; the folders stay for the programs that own them.',
    mode: 'on',
    remove: ['var/log/**/*'],
    when: (entry) => entry.type !== 'directory',
    leavesFolders: true,
  },
];
