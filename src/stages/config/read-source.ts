import { constants } from 'node:fs';
import { open, stat, type FileHandle } from 'node:fs/promises';
import { KublerError } from '../../errors.ts';
import { createSourceText, type SourceText } from './source-text.ts';

const maxBytes = 1024 * 1024;

const cannotRead = (file: string, reason: string, cause?: unknown): KublerError =>
  new KublerError('CONFIG_INVALID', `cannot read "${file}": ${reason}`, { cause });

const isMissing = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');

async function readBounded(handle: FileHandle, file: string): Promise<Buffer> {
  const { size } = await handle.stat();
  if (size > maxBytes) throw cannotRead(file, 'it is larger than 1 MiB');
  const buffer = Buffer.alloc(maxBytes + 1);
  let length = 0;
  for (;;) {
    const { bytesRead } = await handle.read(buffer, length, buffer.length - length, null);
    length += bytesRead;
    if (bytesRead === 0 || length > maxBytes) break;
  }
  if (length > maxBytes) throw cannotRead(file, 'it is larger than 1 MiB');
  return buffer.subarray(0, length);
}

function decode(bytes: Buffer, file: string): string {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    if (!text.includes('\0')) return text;
  } catch {
    // Falls through: invalid UTF-8 and NUL bytes are one fault to the reader.
  }
  throw cannotRead(file, 'it is not a UTF-8 text file');
}

/**
 * Reads a configuration file of at most 1 MiB of UTF-8 text; symbolic links are followed. Undefined when there is
 * none. Throws `CONFIG_INVALID` for anything that is not such a file: pipes and devices are not even opened.
 */
export async function readSource(file: string): Promise<SourceText | undefined> {
  try {
    if (!(await stat(file)).isFile()) throw cannotRead(file, 'it is not a regular file');
    // Should a pipe take its place in between, O_NONBLOCK keeps opening it from waiting for a writer.
    const handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      return createSourceText(file, decode(await readBounded(handle, file), file));
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (isMissing(error)) return undefined;
    if (error instanceof KublerError) throw error;
    throw cannotRead(file, error instanceof Error ? error.message : String(error), error);
  }
}
