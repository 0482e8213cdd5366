import { join } from 'node:path';
import { KublerError } from '../../errors.ts';
import { fileKind } from './file-kind.ts';
import { predefinedVariables, type LoadContext } from './load-context.ts';
import { readAssignments, type Assignments } from './read-assignments.ts';
import { readSource } from './read-source.ts';
import { warnOfVariables } from './warn-of-variables.ts';

/** Reads `build.conf` of an image's or builder's folder; undefined when it has none. */
export async function readBuildConf(
  dir: string,
  home: 'image' | 'builder',
  context: LoadContext,
): Promise<Assignments | undefined> {
  const source = await readSource(join(dir, 'build.conf'));
  if (source === undefined) return undefined;
  const assignments = readAssignments(source, predefinedVariables(context, dir), context.diagnostics);
  warnOfVariables(assignments, home, context.diagnostics);
  return assignments;
}

/** Throws `CONFIG_INVALID` when `name` is in the folder but is no file. True when it is there. */
export async function checkFile(dir: string, name: string): Promise<boolean> {
  const kind = await fileKind(join(dir, name));
  if (kind === undefined || kind === 'file') return kind === 'file';
  throw new KublerError('CONFIG_INVALID', `cannot read "${join(dir, name)}": it is not a regular file`);
}
