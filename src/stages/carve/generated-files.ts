import { matchesAny } from '../../model/glob.ts';

/**
 * Files that a maintainer script made when the base was bootstrapped: dpkg lists them nowhere, and they did not change
 * since. Each row is kept with any of its packages. Found by comparing a minbase root with dpkg's lists, and reading
 * the scripts; `etc/nsswitch.conf` is libc-bin's work but libc6's configuration: without it glibc asks DNS before
 * `/etc/hosts`.
 */
const generatedFiles: readonly { readonly packages: readonly string[]; readonly globs: readonly string[] }[] =
  [
    {
      packages: ['base-files'],
      globs: [
        'etc/{profile,motd,opt}',
        'etc/dpkg/origins/default',
        'root/.{bashrc,profile}',
        '{media,mnt,opt,srv}',
        'var/{opt,mail,spool/mail}',
        'usr/local',
        'usr/local/{bin,etc,games,include,lib,man,sbin,share,share/man,src}',
      ],
    },
    { packages: ['libc6', 'libc-bin'], globs: ['etc/nsswitch.conf'] },
    { packages: ['debianutils'], globs: ['etc/shells'] },
    { packages: ['libpam-runtime'], globs: ['etc/pam.d/common-*'] },
    { packages: ['libpam-modules'], globs: ['etc/environment', 'etc/security/opasswd'] },
    { packages: ['login', 'passwd'], globs: ['etc/sub{uid,gid}'] },
    { packages: ['tzdata'], globs: ['etc/{localtime,timezone}'] },
    { packages: ['ca-certificates'], globs: ['etc/ca-certificates.conf', 'etc/ssl/certs/*'] },
    {
      packages: ['locales'],
      globs: ['etc/locale.gen', 'etc/default/locale', 'usr/lib/locale/locale-archive'],
    },
  ];

/** A test for files that scripts of these packages made in the base. */
export function isGeneratedBy(packages: Iterable<string>): (path: string) => boolean {
  const kept = new Set(packages);
  const rows = generatedFiles.filter((row) => row.packages.some((name) => kept.has(name)));
  return matchesAny(rows.flatMap((row) => row.globs));
}

/**
 * What every image with packages gets although no dependency asks for it: folders that programs take for granted, and
 * the files by which scanners know the distribution (without them no CVE matches).
 */
export const skeleton: readonly string[] = [
  'etc/debian_version',
  'etc/os-release',
  'root',
  'run',
  'tmp',
  'usr/lib/os-release',
  'var/run',
  'var/tmp',
];

/** Links of a merged-/usr root: kept when their target is, since `/bin/sh` and `/lib64/ld-linux…` go through them. */
export const mergedUsrLinks: readonly string[] = ['bin', 'lib', 'lib32', 'lib64', 'libo32', 'libx32', 'sbin'];
