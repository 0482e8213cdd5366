import { isUtf8 } from 'node:buffer';
import { KublerError } from '../errors.ts';

/** The 512 bytes before a member, as they stand there. */
export interface RawHeader {
  readonly name: Buffer;
  readonly linkName: Buffer;
  readonly typeflag: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  readonly mtime: number;
}

/** An error about the archive being read. */
export const invalidTar = (reason: string): KublerError =>
  new KublerError('ROOTFS_INVALID', `cannot read tar archive: ${reason}`);

/**
 * Parses a header block of the v7, ustar or GNU format (POSIX.1-2017, pax, "ustar Interchange Format"; GNU tar manual,
 * "Basic Tar Format"). Throws `ROOTFS_INVALID` when the checksum or a number is wrong.
 */
export function parseTarHeader(block: Buffer): RawHeader {
  checkChecksum(block);
  const isUstar = block.toString('latin1', 257, 263) === 'ustar\0';
  const prefix = isUstar ? text(block, 345, 155) : text(block, 0, 0);
  const name = text(block, 0, 100);
  return {
    name: prefix.length > 0 ? Buffer.concat([prefix, slash, name]) : name,
    linkName: text(block, 157, 100),
    typeflag: String.fromCharCode(block[156] ?? 0),
    mode: number(block, 100, 8) & 0o7777,
    uid: number(block, 108, 8),
    gid: number(block, 116, 8),
    size: number(block, 124, 12),
    mtime: number(block, 136, 12),
  };
}
const slash = Buffer.from('/');

/** The bytes before the first NUL, copied, so that they do not keep a whole chunk alive. */
function text(block: Buffer, start: number, length: number): Buffer {
  const field = block.subarray(start, start + length);
  const end = field.indexOf(0);
  return Buffer.from(end < 0 ? field : field.subarray(0, end));
}

/** Octal digits, or, with the high bit of the first byte set, a big-endian two's complement number (GNU, star). */
function number(block: Buffer, start: number, length: number): number {
  const field = block.subarray(start, start + length);
  if (((field[0] ?? 0) & 0x80) !== 0) {
    const value = Number(BigInt.asIntN(8 * length - 1, BigInt(`0x${field.toString('hex')}`)));
    if (!Number.isSafeInteger(value)) throw invalidTar('a number in a header is out of range');
    return value;
  }
  const value = octal(field);
  if (value === undefined) throw invalidTar(`"${field.toString('latin1')}" in a header is no octal number`);
  return value;
}

function octal(field: Buffer): number | undefined {
  const digits = field.toString('latin1').replace(/^[ \0]+|[ \0]+$/g, '');
  if (!/^[0-7]*$/.test(digits)) return undefined;
  return digits === '' ? 0 : parseInt(digits, 8);
}

/** The checksum is the sum of all bytes with spaces in its own place; some old writers summed signed bytes. */
function checkChecksum(block: Buffer): void {
  let sum = 8 * 0x20;
  let high = 0;
  for (let index = 0; index < 512; index += 1) {
    if (index === 148) index += 8;
    const byte = block[index] ?? 0;
    sum += byte;
    if (byte > 127) high += 1;
  }
  const stored = octal(block.subarray(148, 156));
  if (stored !== sum && stored !== sum - 256 * high) {
    throw invalidTar('a header has a wrong checksum (damaged, or not a tar archive)');
  }
}

/** A name of an archive as text; throws `LAYER_UNREPRESENTABLE` when it is not UTF-8. */
export function decodeName(name: Buffer): string {
  if (isUtf8(name)) return name.toString('utf8');
  throw new KublerError(
    'LAYER_UNREPRESENTABLE',
    `cannot put file ${JSON.stringify(name.toString('latin1'))} into an image: its name is not UTF-8`,
    { hint: 'rename or remove it in finish_rootfs_build' },
  );
}
