import { lstat, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SourcePosition } from '../../errors.ts';

/** What `container/core.sh` prints before `FILE LINE` of /config when a command of a hook fails. */
export const failureMark = 'kubler-failed-at ';

/** What bash itself says where it cannot even read a file: `/config/build.sh: line 5: syntax error …`. */
const bashComplaint = /^\/config\/(\S+): line (\d+): /;

/** Bash's complaint and the line it quotes are the last that it says. */
const complaintLines = 3;

const maxBytes = 1024 * 1024;

/**
 * The line of a file of the image folder at which a hook failed.
 * @param mark what followed the first `failureMark`
 * @param tail the end of the output
 */
export async function locateFailure(
  configDir: string,
  mark: string | undefined,
  tail: readonly string[],
): Promise<SourcePosition | undefined> {
  const complaint = tail.slice(-complaintLines).flatMap((each) => [bashComplaint.exec(each)?.slice(1) ?? []]);
  const [name, digits] = mark?.split(' ') ?? complaint.find(({ length }) => length > 0) ?? [];
  const line = Number(digits);
  if (name === undefined || name.split('/').includes('..') || !(line > 0)) return undefined;
  const file = join(configDir, name);
  const excerpt = (await readLines(file))[line - 1];
  if (excerpt === undefined) return { file, line, column: 1 };
  return { file, line, column: excerpt.length - excerpt.trimStart().length + 1, excerpt };
}

/** None of what is no file: the container says which one, and it need not be honest. */
async function readLines(file: string): Promise<readonly string[]> {
  const stats = await lstat(file).catch(() => undefined);
  if (!stats?.isFile() || stats.size > maxBytes) return [];
  return (await readFile(file, 'utf8').catch(() => '')).split('\n');
}
