import { realpath } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { KublerError } from '../../errors.ts';
import { fileKind } from './file-kind.ts';
import { inheritedVariables, predefinedVariables, type LoadContext } from './load-context.ts';
import { readAssignments, type Assignments } from './read-assignments.ts';
import { readSource } from './read-source.ts';
import { warnOfVariables } from './warn-of-variables.ts';

/** Reads `build.conf` of an image's or builder's folder, with what it inherits; undefined when it has none. */
export async function readBuildConf(
  dir: string,
  home: 'image' | 'builder',
  context: LoadContext,
): Promise<Assignments | undefined> {
  await checkFile(dir, 'build.conf');
  const source = await readSource(join(dir, 'build.conf'));
  if (source === undefined) return undefined;
  const assignments = readAssignments(source, predefinedVariables(context, dir), context.diagnostics);
  warnOfVariables(assignments, home, context.diagnostics);
  return {
    ...assignments,
    byName: new Map([...inheritedVariables(context, home), ...assignments.byName]),
  };
}

/**
 * Whether `name` is a file in the folder. Throws `CONFIG_INVALID` when it is something else, or a link to a file outside of
 * the folder: messages and images would show what its owner may not read, but Kubler may.
 */
export async function checkFile(dir: string, name: string): Promise<boolean> {
  const file = join(dir, name);
  const kind = await fileKind(file);
  if (kind === undefined) return false;
  if (kind !== 'file')
    throw new KublerError('CONFIG_INVALID', `cannot read "${file}": it is not a regular file`);
  if (!relative(await realpath(dir), await realpath(file)).startsWith('../')) return true;
  throw new KublerError(
    'CONFIG_INVALID',
    `cannot read "${file}": it is a link that leads out of its folder`,
    {
      hint: 'put the file itself there',
    },
  );
}
