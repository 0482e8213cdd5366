import { defaultSearchPath } from '../../../model/find-command.ts';
import { resolvePath } from '../../../model/resolve-path.ts';
import type { Rootfs } from '../../../model/tree-entry.ts';
import type { Check } from './check.ts';

/** The folders that commands are looked up in. */
export const pathCheck: Check = {
  code: 'path',
  explanation:
    'No folder of PATH is relative or can be written by everyone, and one of them at least is in the image, unless PATH is what engines set.',
  *run({ tree, places: { searchPath } }) {
    if (searchPath === undefined) return;
    const folders = searchPath.split(':');
    for (const folder of folders) {
      const fault = faultOf(tree, folder);
      if (fault === undefined) continue;
      yield {
        severity: 'warning',
        subject: folder === '' ? 'PATH' : folder,
        message: `is in PATH, and ${fault}`,
      };
    }
    if (searchPath === defaultSearchPath || folders.some((folder) => resolvePath(tree, folder).found)) return;
    yield {
      severity: 'warning',
      subject: searchPath,
      message: 'is PATH, and none of its folders is in the image',
    };
  },
};

function faultOf(tree: Rootfs, folder: string): string | undefined {
  if (!folder.startsWith('/'))
    return `${folder === '' ? 'an empty name' : 'it'} means the folder a command is started in`;
  const found = resolvePath(tree, folder);
  const mode = found.found ? (found.entry?.mode ?? 0) : 0;
  return (mode & 0o002) === 0 ? undefined : 'everyone may write to it, so that anyone can put commands there';
}
