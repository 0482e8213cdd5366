import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { targetRootPath } from '../../ports/engine.ts';
import { runStep, type BuildContext } from './build-step.ts';

// A target root is looked at from the builder: it may have neither a shell nor find nor tar.

/**
 * Runs a shell script in the folder that is the target root and returns what it prints; by way of a file in `tempDir`,
 * as it may be tens of megabytes.
 */
export async function captureScript(
  context: BuildContext,
  name: string,
  script: string,
  tempDir: string,
): Promise<Buffer> {
  const hostFile = join(tempDir, name);
  // Not sh: some have a find and a tail of their own, which are not GNU's.
  const argv = ['bash', '-c', `cd ${targetRootPath}\n${script}`] as const;
  await runStep(context, {
    name,
    root: 'builder',
    argv: [...argv],
    stdout: { hostFile },
    targetReadOnly: true,
  });
  return readFile(hostFile);
}

/** Where containers see things of the host; never part of the target root of a build. */
const mountedPaths = ['config', 'emerge-root', '.kubler', '.kubler-*', 'proc', 'sys', 'dev'];

/** A script for `captureScript` that lists all of the target root in the given `-printf` format (find(1)). */
export const fullListingScript = (format: string): string => `find . -xdev -printf '${format}'`;

/** The same without what containers only mount. */
export function listingScript(format: string): string {
  const skipped = mountedPaths.map((path) => `-path './${path}'`).join(' -o ');
  return `find . -xdev \\( ${skipped} \\) -prune -o -printf '${format}'`;
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
    root: 'builder',
    targetReadOnly: true,
    argv: [
      ...(['tar', '--create', '--file=-', `--directory=${targetRootPath}`] as const),
      ...['--format=pax', '--numeric-owner', '--xattrs', '--xattrs-include=*', '--no-recursion'],
      ...['--null', '--verbatim-files-from', '--files-from=-'],
    ],
    stdin: paths.map((path) => `${path}\0`).join(''),
    stdout: { hostFile },
  });
}
