import { type Resolution, resolvePath } from '../../../model/resolve-path.ts';
import type { SymlinkEntry } from '../../../model/tree-entry.ts';
import { isVolatile } from '../../../model/volatile-path.ts';
import type { Check } from './check.ts';

/** Where programs look for commands and libraries: a link to nothing there breaks something. */
const vital = /(?:^|\/)(?:bin|sbin|libexec)\/|\.so(?:\.|$)/;

/** Where every symbolic link leads. */
export const symlinkCheck: Check = {
  code: 'symlink',
  explanation:
    'Every symbolic link leads to something in the image, or to where things come at run time. ' +
    'A warning for links that a package brought and that are neither command nor library: Debian has some.',
  *run({ tree, isMeantToLack }) {
    for (const entry of tree.values()) {
      if (entry.type !== 'symlink') continue;
      const end = resolvePath(tree, entry.path);
      if (end.found || isVolatile(end.at)) continue;
      const isVital = vital.test(entry.path);
      if (!isVital && end.reason === 'missing' && isMeantToLack(entry.path, `/${end.at}`)) continue;
      const severity = entry.origin?.kind === 'package' && !isVital ? 'warning' : 'error';
      const repair = end.reason === 'loop' ? { repair: 'remove the link, or let it lead to a file' } : {};
      yield { severity, subject: `/${entry.path}`, message: describe(entry, end), ...repair };
    }
  },
};

function describe(link: SymlinkEntry, end: Resolution & { readonly found: false }): string {
  const points = `points to ${link.target}`;
  if (end.reason === 'loop') return `${points}, which leads in a circle`;
  if (end.reason === 'not-a-directory') return `${points}, but /${end.at} is not a folder`;
  return `${points}, but there is no /${end.at}`;
}
