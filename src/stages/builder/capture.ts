import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runStep, type BuildContext } from './build-step.ts';

/**
 * Runs a shell script in the target root and returns what it prints; by way of a file in `tempDir`, as it may be
 * tens of megabytes.
 */
export async function captureScript(
  context: BuildContext,
  name: string,
  script: string,
  tempDir: string,
): Promise<Buffer> {
  const hostFile = join(tempDir, name);
  await runStep(context, { name, root: 'target', argv: ['sh', '-c', script], stdout: { hostFile } });
  return readFile(hostFile);
}

/** Where containers see things of the host; never part of a target root. */
const mountedPaths = ['/config', '/emerge-root', '/.kubler', '/.kubler-*', '/proc', '/sys', '/dev'];

/** A script that lists the target root in the given `-printf` format (find(1)), without what is only mounted. */
export function listingScript(format: string): string {
  const skipped = mountedPaths.map((path) => `-path '${path}'`).join(' -o ');
  return `find / -xdev \\( ${skipped} \\) -prune -o -printf '${format}'`;
}

/**
 * Writes a tar of exactly these paths of the target root to a host file: GNU tar over the merged root, in the order
 * given, never descending by itself.
 */
export async function spool(
  context: BuildContext,
  paths: readonly string[],
  hostFile: string,
): Promise<void> {
  await runStep(context, {
    name: 'spool',
    root: 'target',
    argv: [
      ...(['tar', '--create', '--file=-', '--directory=/', '--format=pax', '--numeric-owner'] as const),
      ...['--xattrs', '--xattrs-include=*', '--no-recursion'],
      ...['--null', '--verbatim-files-from', '--files-from=-'],
    ],
    stdin: paths.map((path) => `${path}\0`).join(''),
    stdout: { hostFile },
  });
}
