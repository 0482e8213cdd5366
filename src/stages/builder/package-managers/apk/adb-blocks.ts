import type { FileHandle } from 'node:fs/promises';
import { pipeline } from 'node:stream';
import { createInflateRaw } from 'node:zlib';
import { streamReader, type ByteReader } from '../../../../oci/byte-reader.ts';

/** What a file of apk 3 consists of: a database, what signs it, and the contents of files. */
export interface AdbBlock {
  readonly type: 'database' | 'signature' | 'data';
  readonly size: number;
  /** Before its content. What is not read is skipped; no more than `size` bytes may be read. */
  readonly reader: ByteReader;
}

/** What the file is, as its header and signatures have it. */
export const adbSchemas = { index: Buffer.from('indx'), package: Buffer.from('pckg') } as const;

const blockTypes = ['database', 'signature', 'data'] as const;
const extended = 3;
const alignment = 8;
const maxSignatures = 100;
const maxSignatureBytes = 64 * 1024;

/** Whether a file starts as those of apk 3 do. */
export async function startsAsAdb(file: FileHandle): Promise<boolean> {
  const { buffer } = await file.read(Buffer.alloc(3), 0, 3, 0);
  return buffer.equals(Buffer.from('ADB'));
}

/**
 * The blocks of an index or a package of version 3, unpacked: a database, then signatures, then data. Throws an `Error` for
 * what is none, is damaged, or is compressed in a way that Node.js does not unpack. Format: apk-v3(5).
 */
export async function* readAdbBlocks(
  file: FileHandle,
  schema: Buffer,
): AsyncGenerator<AdbBlock, void, undefined> {
  const stream = await openContainer(file);
  try {
    const reader = streamReader(stream[Symbol.asyncIterator]() as AsyncIterator<Buffer>);
    const header = await reader.take(8);
    if (!header.equals(Buffer.concat([Buffer.from('ADB.'), schema])))
      throw new Error(`it is no file of apk with "${schema.toString('latin1')}"`);
    yield* readBlocks(reader);
  } finally {
    stream.destroy();
  }
}

/** The unpacked content. The header says how it is packed: apk-v3(5), "Compression". */
async function openContainer(file: FileHandle) {
  const head = Buffer.alloc(6);
  await file.read(head, 0, head.length, 0);
  const isSpecified = head[3] === 'c'.charCodeAt(0);
  const method = isSpecified ? head[4] : head[3] === 'd'.charCodeAt(0) ? 1 : 0;
  if (method === 2)
    throw new Error('it is packed with zstd, which Kubler does not read: make it with --compression deflate');
  if (method !== 0 && method !== 1) throw new Error(`it is packed in an unknown way, ${method ?? 0}`);
  const start = isSpecified ? 6 : method === 1 ? 4 : 0;
  const raw = file.createReadStream({ start, highWaterMark: 1 << 18, autoClose: false });
  // A broken stream shows up where it is read.
  return method === 0 ? raw : pipeline(raw, createInflateRaw({ chunkSize: 1 << 18 }), () => undefined);
}

async function* readBlocks(reader: ByteReader): AsyncGenerator<AdbBlock, void, undefined> {
  let before: number | undefined;
  for (let count = 0; ; count++) {
    const header = await readHeader(reader);
    if (!header) break;
    const type = blockTypes[header.type];
    const isInOrder = before === undefined ? header.type === 0 : header.type > 0 && header.type >= before;
    if (type === undefined || !isInOrder) throw new Error('it is damaged: a block is where none may be');
    const isLarge = type === 'signature' && (count > maxSignatures || header.size > maxSignatureBytes);
    if (isLarge) throw new Error('it has too many signatures, or too large ones');
    const end = reader.position() + header.size;
    yield { type, size: header.size, reader };
    const left = end - reader.position() + header.padding;
    if ((await reader.skip(left)) < left) throw truncated();
    before = header.type;
  }
  if (before === undefined) throw truncated();
}

/** Of the next block; undefined at the end. */
async function readHeader(
  reader: ByteReader,
): Promise<{ readonly type: number; readonly size: number; readonly padding: number } | undefined> {
  const start = await reader.take(4);
  if (start.length === 0) return undefined;
  if (start.length < 4) throw truncated();
  const [bits, rest] = [start.readUInt32LE() >>> 30, start.readUInt32LE() & 0x3fffffff];
  const more = bits === extended ? await reader.take(12) : undefined;
  if (more && more.length < 12) throw truncated();
  const raw = more ? Number(more.readBigUInt64LE(4)) : rest;
  const size = raw - (more ? 16 : 4);
  if (size < 0 || !Number.isSafeInteger(raw + alignment))
    throw new Error('it is damaged: a block is too short');
  return { type: more ? rest : bits, size, padding: (alignment - (raw % alignment)) % alignment };
}

/** The content of a block. Throws when it is larger than `maxBytes`, or is cut off. */
export async function takeBlock({ reader, size }: AdbBlock, maxBytes: number): Promise<Buffer> {
  if (size > maxBytes) throw new Error(`it has a part larger than ${maxBytes} bytes`);
  const bytes = await reader.take(size);
  if (bytes.length < size) throw truncated();
  return bytes;
}

export const truncated = (): Error => new Error('it is damaged: it ends in the middle');
