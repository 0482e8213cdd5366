import { relative } from 'node:path';
import type { MigratedFile } from '../model/migration.ts';

function hunk(text: string, sign: '+' | '-'): string {
  if (text === '') return '';
  const lines = text.replace(/\n$/, '').split('\n');
  const range = lines.length === 1 ? '1' : `1,${lines.length}`;
  const place = sign === '+' ? `@@ -0,0 +${range} @@` : `@@ -${range} +0,0 @@`;
  const end = text.endsWith('\n') ? '' : '\n\\ No newline at end of file';
  return `${place}\n${lines.map((line) => sign + line).join('\n')}${end}\n`;
}

/** One file taking the place of another, as a unified diff that `patch -p1` and `git apply` take; paths from `dir`. */
export function renderReplacement({ from, oldText, to, newText }: MigratedFile, dir: string): string {
  const [oldPath, newPath] = [relative(dir, from), relative(dir, to)];
  return [
    `diff --git a/${oldPath} b/${oldPath}\ndeleted file mode 100644\n--- a/${oldPath}\n+++ /dev/null\n${hunk(oldText, '-')}`,
    `diff --git a/${newPath} b/${newPath}\nnew file mode 100644\n--- /dev/null\n+++ b/${newPath}\n${hunk(newText, '+')}`,
  ].join('');
}
