import type { Rootfs } from '../../../model/tree-entry.ts';
import type { Check } from './check.ts';

const names = ['bin', 'sbin', 'lib', 'lib32', 'lib64', 'libx32'];

/** The links of a merged /usr. */
export const usrMergeCheck: Check = {
  code: 'usr-merge',
  explanation:
    'Where `/bin`, `/sbin` or `/lib` lead into `/usr`, all of them do that have files there; a warning where only one does. ' +
    'Packages expect their files at both paths, and a folder in the place of a link hides those of `/usr`.',
  *run({ tree }) {
    const links = names.filter((name) => isMerged(tree, name));
    if (links.length === 0) return;
    for (const name of names) {
      if (tree.get(name)?.type !== 'directory' || !hasFiles(tree, `usr/${name}`)) continue;
      yield {
        severity: links.length > 1 ? 'error' : 'warning',
        subject: `/${name}`,
        message: `is a folder and hides what is in /usr/${name}, while /${links[0]} is a link into /usr`,
        repair: `put its files into /usr/${name}, and let /${name} be a link to usr/${name}`,
      };
    }
  },
};

function isMerged(tree: Rootfs, name: string): boolean {
  const entry = tree.get(name);
  return entry?.type === 'symlink' && entry.target.replace(/^\/|\/$/g, '') === `usr/${name}`;
}

function hasFiles(tree: Rootfs, folder: string): boolean {
  for (const path of tree.keys()) if (path.startsWith(`${folder}/`)) return true;
  return false;
}
