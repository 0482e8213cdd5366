import type { HasPath, PruneRule } from './rule.ts';

const hasSystemd = (has: HasPath): boolean => has('usr/lib/systemd/systemd') || has('lib/systemd/systemd');

/** How a machine with an init system starts services; a container starts one program. */
export const serviceRules: readonly PruneRule[] = [
  {
    name: 'systemd',
    explanation: 'Units, presets and udev rules, unless systemd itself is in the image.',
    mode: 'on',
    remove: [
      '{usr/,}lib/systemd/{system,user,system-preset,user-preset,system-sleep,system-generators}/**',
      'etc/systemd/{system,user}/**',
      '{usr/,}lib/udev/{rules.d,hwdb.d}/**',
      'var/lib/systemd/deb-systemd-{helper,user-helper}-*/**',
    ],
    when: (_entry, has) => !hasSystemd(has),
  },
  {
    name: 'init-links',
    explanation: 'The boot order of init scripts (`/etc/rc?.d`), unless systemd is in the image.',
    mode: 'on',
    remove: ['etc/rc[0-6S].d/**', 'etc/init.d/.depend.*'],
    when: (_entry, has) => !hasSystemd(has),
  },
  {
    name: 'init-scripts',
    explanation: 'Init scripts; some entry points start a service through them.',
    mode: 'off',
    remove: ['etc/init.d/**/*', 'etc/init/**'],
  },
];
