import type { Lack } from '../../../../model/finding.ts';

/** What usually brings a thing that images lack: ebuilds take their names from projects, so that nothing tells but a list. */
const packages: readonly (readonly [RegExp, string])[] = [
  [
    /^(?:libgcc_s|libstdc\+\+|libgomp|libatomic)\.so/,
    "copy_gcc_libs in finish_rootfs_build copies GCC's libraries",
  ],
  [
    /^(?:libgfortran|libquadmath)\.so/,
    "copy_gfortran_libs in finish_rootfs_build copies Fortran's libraries",
  ],
  [/^(?:ld-musl.*|libc\.musl.*)$/, 'add package "sys-libs/musl"'],
  [/^(?:ld-linux.*|lib(?:c|m|dl|rt|pthread|util|resolv|nsl|crypt)\.so)/, 'add package "sys-libs/glibc"'],
  [/^libz\.so/, 'add package "sys-libs/zlib"'],
  [/^lib(?:ssl|crypto)\.so/, 'add package "dev-libs/openssl"'],
  [/^lib(?:ncurses|tinfo)w?\.so/, 'add package "sys-libs/ncurses"'],
  [/^libreadline\.so/, 'add package "sys-libs/readline"'],
  [/^(?:ba)?sh$/, 'add package "app-shells/bash" or "sys-apps/busybox"'],
  [/^dash$/, 'add package "app-shells/dash"'],
  [/^perl/, 'add package "dev-lang/perl"'],
  [/^python/, 'add package "dev-lang/python"'],
  [/^ruby/, 'add package "dev-lang/ruby"'],
  [/^g?awk$/, 'add package "sys-apps/gawk"'],
];

/** What to do about something that an image lacks; undefined when that is not known. */
export function whoHas({ kind, name }: Lack): string | undefined {
  if (kind === 'python' || kind === 'perl') return undefined;
  const last = name.slice(name.lastIndexOf('/') + 1);
  return packages.find(([pattern]) => pattern.test(last))?.[1];
}
