import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { targetRootPath, type Root } from '../../ports/engine.ts';
import { runStep, type BuildContext } from './build-step.ts';

/** From where a target root is looked at: from inside, or from the builder, where it may have no tools of its own. */
export interface View {
  readonly root: Root;
  readonly folder: string;
}
const inside: View = { root: 'target', folder: '/' };
export const viewFromBuilder: View = { root: 'builder', folder: targetRootPath };

/**
 * Runs a shell script in the target root and returns what it prints; by way of a file in `tempDir`, as it may be
 * tens of megabytes.
 */
export async function captureScript(
  context: BuildContext,
  name: string,
  script: string,
  tempDir: string,
  { root } = inside,
): Promise<Buffer> {
  const hostFile = join(tempDir, name);
  const argv = ['sh', '-c', script] as const;
  await runStep(context, { name, root, argv: [...argv], stdout: { hostFile }, targetReadOnly: true });
  return readFile(hostFile);
}

/** Where containers see things of the host; never part of a target root. */
const mountedPaths = ['/config', '/emerge-root', '/.kubler', '/.kubler-*', '/proc', '/sys', '/dev'];

/** A script that lists the target root in the given `-printf` format (find(1)), without what is only mounted. */
export function listingScript(format: string, { folder, root } = inside): string {
  const skipped = mountedPaths.map((path) => `-path '${path}'`).join(' -o ');
  if (root === 'builder') return `find ${folder} -xdev -printf '${format}'`;
  return `find ${folder} -xdev \\( ${skipped} \\) -prune -o -printf '${format}'`;
}

/**
 * Writes a tar of exactly these paths of the target root to a host file: GNU tar over the merged root, in the order
 * given, never descending by itself.
 */
export async function spool(
  context: BuildContext,
  paths: readonly string[],
  hostFile: string,
  { root, folder } = inside,
): Promise<void> {
  await runStep(context, {
    name: 'spool',
    root,
    targetReadOnly: true,
    argv: [
      ...([
        'tar',
        '--create',
        '--file=-',
        `--directory=${folder}`,
        '--format=pax',
        '--numeric-owner',
      ] as const),
      ...['--xattrs', '--xattrs-include=*', '--no-recursion'],
      ...['--null', '--verbatim-files-from', '--files-from=-'],
    ],
    stdin: paths.map((path) => `${path}\0`).join(''),
    stdout: { hostFile },
  });
}
