import { createWriteStream } from 'node:fs';
import { open, writeFile } from 'node:fs/promises';
import type { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { cannotExport, refusal, replaceOutput, statOutput } from './replace-output.ts';

/**
 * Writes a stream to a new file, or to an open stream. Throws `USAGE_INVALID` when a file is there already and `force`
 * is not given; a pipe or device at the path is written to as it is.
 */
export async function writeArchive(
  content: AsyncIterable<Buffer>,
  output: string | Writable,
  force: boolean,
): Promise<void> {
  if (typeof output !== 'string') return pipeline(content, output, { end: false });
  const former = await statOutput(output);
  if (former?.isDirectory()) throw cannotExport(output, 'it is a folder');
  if (former && !former.isFile()) return pipeline(content, createWriteStream(output));
  if (former && !force) throw cannotExport(output, refusal.reason, refusal.hint);
  return replaceOutput(output, async (newPath) => {
    await writeFile(newPath, content);
    await using file = await open(newPath);
    await file.sync();
  });
}
