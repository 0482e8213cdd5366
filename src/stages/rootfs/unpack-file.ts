import { KublerError } from '../../errors.ts';
import type { ProcessRunner } from '../../ports/process-runner.ts';

/**
 * Unpacks a compressed file with the program that `findUnpacker` named. Throws `ROOTFS_INVALID` when it fails, which it
 * does, too, when it would write more than `maxBytes`, a multiple of 512.
 */
export async function unpackFile(
  runner: ProcessRunner,
  unpacker: string,
  {
    hostFile,
    plainFile,
    maxBytes,
  }: { readonly hostFile: string; readonly plainFile: string; readonly maxBytes: number },
): Promise<void> {
  const blocks = String(maxBytes / 512);
  const { exitCode, stderr } = await runner.run({
    argv: [
      'sh',
      '-c',
      'ulimit -f "$3" && exec "$0" -dc -- "$1" > "$2"',
      unpacker,
      hostFile,
      plainFile,
      blocks,
    ],
  });
  if (exitCode === 0) return;
  throw new KublerError('ROOTFS_INVALID', `cannot unpack "${hostFile}" with ${unpacker}`, {
    details: stderr.split('\n').filter(Boolean),
    hint: `is the Debian package of ${unpacker} installed?`,
  });
}
