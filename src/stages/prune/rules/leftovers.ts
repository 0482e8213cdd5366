import type { PruneRule } from './rule.ts';

/** What the build leaves behind and an engine or the next start makes anew. */
export const leftoverRules: readonly PruneRule[] = [
  {
    name: 'volatile',
    explanation: 'Whatever is under `/dev`, `/proc`, `/sys`, `/run`, `/tmp` and `/var/tmp`.',
    mode: 'always',
    remove: ['{dev,proc,sys,run,tmp,var/run,var/lock,var/tmp}/**/*'],
    leavesFolders: true,
  },
  {
    name: 'leftovers',
    explanation:
      'Backups and locks of account files, copies of changed configuration, files of the build itself, ' +
      "names the engine sets, and ldconfig's caches (`ld.so.cache` is written anew where it is needed).",
    mode: 'always',
    remove: [
      'etc/{passwd,group,shadow,gshadow,subuid,subgid}-',
      'etc/.pwd.lock',
      'etc/{resolv.conf,hostname,hosts,mtab}',
      'etc/ld.so.cache{,~}',
      'var/cache/ldconfig/**',
      'usr/sbin/policy-rc.d',
      'etc/**/*.dpkg-{old,dist,new,tmp,bak,remove}',
      'etc/**/*.ucf-{old,dist,new}',
      'var/backups/*',
      '.kubler*{,/**}',
      '.dockerenv',
    ],
    leavesFolders: true,
  },
];
