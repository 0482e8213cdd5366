import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { KublerError } from '../../errors.ts';

const fileName = 'Dockerfile.template';
/** Far beyond any real one. */
const maxBytes = 1024 * 1024;

/** The Dockerfile.template of an image folder, as UTF-8. Throws IMAGE_INVALID when there is none that can be read. */
export async function readTemplate(dir: string): Promise<{ readonly file: string; readonly text: string }> {
  const file = join(dir, fileName);
  const cannotRead = (reason: string, hint?: string): KublerError =>
    new KublerError('IMAGE_INVALID', `cannot read "${file}": ${reason}`, hint === undefined ? {} : { hint });
  let bytes: Buffer;
  try {
    bytes = await readFile(file);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    if (code !== 'ENOENT') throw cannotRead(code);
    throw cannotRead(
      'there is no such file',
      'an image needs one, at least: FROM ${IMAGE_PARENT} and ADD rootfs.tar /',
    );
  }
  if (bytes.length > maxBytes) throw cannotRead(`it is larger than ${maxBytes} bytes`);
  const text = bytes.toString('utf8');
  if (!Buffer.from(text).equals(bytes)) throw cannotRead('it is not UTF-8');
  return { file, text };
}
