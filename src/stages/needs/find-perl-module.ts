import { resolvePath } from '../../model/resolve-path.ts';
import type { Rootfs } from '../../model/tree-entry.ts';

/** Folders of `@INC` in the layouts of Debian, Alpine, Gentoo and of Perl itself. */
const folderOfModules =
  /^(?:etc\/perl|usr\/(?:local\/)?(?:lib|lib64|share)\/(?:[^/]+-linux-[^/]+\/)?(?:perl|perl5|perl-base|site_perl)(?:\/(?:core_perl|vendor_perl|site_perl|5[\d.]*|[^/]+-linux[^/]*))*)$/;

/** Folders that Perl looks for modules in, as far as they are in a tree. */
export const perlPath = (tree: Rootfs, extra: readonly string[] = []): readonly string[] => [
  ...extra,
  ...[...tree.values()].flatMap(({ path }) => (folderOfModules.test(path) ? path : [])),
];

/** The file of a module (`Foo::Bar`); undefined when there is none. */
export function findPerlModule(tree: Rootfs, folders: readonly string[], name: string): string | undefined {
  const file = `${name.replaceAll('::', '/')}.pm`;
  for (const folder of folders) {
    const found = resolvePath(tree, `${folder}/${file}`);
    if (found.found && found.entry?.type === 'file') return found.path;
  }
  return undefined;
}
