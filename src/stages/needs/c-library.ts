import type { ElfFacts } from '../../model/file-facts.ts';
import type { Rootfs } from '../../model/tree-entry.ts';

export type CLibrary = 'glibc' | 'musl';

/** True for programs and libraries of musl, whose loader has a path of its own (musl's ld-musl(1) and `dynlink.c`). */
export const isMusl = (elf: ElfFacts): boolean =>
  (elf.interpreter ?? '').includes('/ld-musl-') ||
  elf.needed.some((name) => name.startsWith('libc.musl-') || name === 'libc.so');

/** The C library a program or library is linked to; undefined where it does not say. */
function cLibraryOf(elf: ElfFacts): CLibrary | undefined {
  if (isMusl(elf)) return 'musl';
  const isGlibc =
    /\/ld(?:-linux[^/]*|64)?\.so\.\d$/.test(elf.interpreter ?? '') || elf.needed.includes('libc.so.6');
  return isGlibc ? 'glibc' : undefined;
}

const loaderName: Readonly<Record<CLibrary, RegExp>> = {
  glibc: /(?:^|\/)ld(?:-linux[^/]*|64)?\.so\.\d$/,
  musl: /(?:^|\/)ld-musl-[^/]+\.so\.1$/,
};

const onlyOnes = new WeakMap<Rootfs, { readonly library: CLibrary | undefined }>();

/** The only C library of a tree; undefined where there are two, or none. */
function onlyCLibrary(tree: Rootfs): CLibrary | undefined {
  let known = onlyOnes.get(tree);
  if (!known) {
    const names = [...tree.keys()];
    const [found, another] = (['glibc', 'musl'] as const).filter((library) =>
      names.some((path) => loaderName[library].test(path)),
    );
    onlyOnes.set(tree, (known = { library: another === undefined ? found : undefined }));
  }
  return known.library;
}

/** The C library whose loader loads this: its own, or the only one of the tree where it does not say. */
export const cLibraryIn = (tree: Rootfs, elf: ElfFacts): CLibrary | undefined =>
  cLibraryOf(elf) ?? onlyCLibrary(tree);

/** What to say of something that is linked to a C library that the tree does not have, while it has the other one. */
export function otherCLibrary(tree: Rootfs, elf: ElfFacts): string | undefined {
  const [own, found] = [cLibraryOf(elf), onlyCLibrary(tree)];
  if (own === undefined || found === undefined || own === found) return undefined;
  return `it is linked to ${own}, and the image has ${found}`;
}
