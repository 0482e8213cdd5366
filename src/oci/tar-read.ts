import { open } from 'node:fs/promises';
import { fileReader, streamReader, type ByteReader } from './byte-reader.ts';
import { decodeName, invalidTar, parseTarHeader, type RawHeader } from './tar-header.ts';
import type { TarMember, TarType } from './tar-member.ts';
import { parsePax, xattrName, xattrPrefix, type PaxRecords } from './tar-pax.ts';

/** A member of an archive being read. Its content can be read only before the next member is asked for. */
export interface ArchiveMember extends TarMember<TarType | 'device'> {
  /** Where its content starts in the (uncompressed) archive. */
  readonly offset: number;
}

/** What an archive may hold at most; passing a limit is `ROOTFS_INVALID` and names it. */
export interface TarLimits {
  readonly maxMembers: number;
  readonly maxPathBytes: number;
  readonly maxHeaderBytes: number;
}

export const defaultTarLimits: TarLimits = {
  maxMembers: 1_000_000,
  maxPathBytes: 4096,
  maxHeaderBytes: 1 << 20,
};

type Members = AsyncGenerator<ArchiveMember, void, undefined>;

/** The members of a tar file on this host. Content that is not asked for is not read. */
export async function* readTarFile(hostFile: string, limits: TarLimits = defaultTarLimits): Members {
  const file = await open(hostFile);
  try {
    const { size } = await file.stat();
    yield* readMembers(fileReader(file, size), limits);
  } finally {
    await file.close();
  }
}

/** The members of a tar stream. The stream is read to its end unless the reader stops before. */
export async function* readTarStream(
  source: AsyncIterable<Buffer>,
  limits: TarLimits = defaultTarLimits,
): Members {
  const chunks = source[Symbol.asyncIterator]();
  const reader = streamReader(chunks);
  try {
    yield* readMembers(reader, limits);
    while ((await reader.some(Infinity)).length > 0);
  } finally {
    await chunks.return?.();
  }
}

async function* readMembers(reader: ByteReader, limits: TarLimits): Members {
  const readHeader = headerReader(reader, limits);
  for (let count = 1; ; count += 1) {
    const header = await readHeader();
    if (!header) return;
    if (count > limits.maxMembers) throw invalidTar(`more than ${limits.maxMembers} members (maxMembers)`);
    const end = reader.position() + header.size;
    yield { ...header, offset: reader.position(), content: () => readContent(reader, end) };
    const left = end + (-header.size & 511) - reader.position();
    if ((await reader.skip(left)) < left) throw truncated();
  }
}

async function* readContent(reader: ByteReader, end: number): AsyncGenerator<Buffer, void, undefined> {
  for (let left = end - reader.position(); left > 0; left = end - reader.position()) {
    const chunk = await reader.some(left);
    if (chunk.length === 0) throw truncated();
    yield chunk;
  }
}

const truncated = () => invalidTar('it ends in the middle (truncated)');

/** What extension headers say about the next member, and about all that follow. */
interface Extensions {
  readonly global: PaxRecords;
  readonly local: PaxRecords;
  readonly longName?: Buffer;
  readonly longLink?: Buffer;
}

type Header = Omit<ArchiveMember, 'offset' | 'content'>;

function headerReader(reader: ByteReader, limits: TarLimits): () => Promise<Header | undefined> {
  let global: PaxRecords = new Map();
  return async () => {
    let extensions: Extensions = { global, local: new Map() };
    for (;;) {
      const block = await reader.take(512);
      if (block.length < 512) throw truncated();
      if (block.equals(endOfArchive)) return undefined;
      const raw = parseTarHeader(block);
      if (!extensionFlags.includes(raw.typeflag)) return toHeader(raw, extensions, limits);
      extensions = extend(extensions, raw.typeflag, await readExtension(reader, raw.size, limits));
      global = extensions.global;
    }
  };
}
const endOfArchive = Buffer.alloc(512);
const extensionFlags = 'xgLK';

/** The body of an extension header, copied, so that what is kept of it does not keep a whole chunk alive. */
async function readExtension(reader: ByteReader, size: number, limits: TarLimits): Promise<Buffer> {
  if (size < 0 || size > limits.maxHeaderBytes) {
    throw invalidTar(`an extended header of more than ${limits.maxHeaderBytes} bytes (maxHeaderBytes)`);
  }
  const body = Buffer.from(await reader.take(size));
  const padding = -size & 511;
  if (body.length < size || (await reader.skip(padding)) < padding) throw truncated();
  return body;
}

function extend(extensions: Extensions, typeflag: string, body: Buffer): Extensions {
  if (typeflag === 'g') return { ...extensions, global: new Map([...extensions.global, ...parsePax(body)]) };
  if (typeflag === 'x') return { ...extensions, local: parsePax(body) };
  const end = body.indexOf(0);
  const name = end < 0 ? body : body.subarray(0, end);
  return typeflag === 'L' ? { ...extensions, longName: name } : { ...extensions, longLink: name };
}

const types: Readonly<Record<string, ArchiveMember['type']>> = {
  '0': 'file',
  '\0': 'file',
  '1': 'hardlink',
  '2': 'symlink',
  '3': 'device',
  '4': 'device',
  '5': 'directory',
  '6': 'fifo',
  '7': 'file',
};

function toHeader(raw: RawHeader, extensions: Extensions, limits: TarLimits): Header {
  const pax: PaxRecords =
    extensions.global.size === 0 ? extensions.local : new Map([...extensions.global, ...extensions.local]);
  const storedName = decodeName(value(pax, 'path') ?? extensions.longName ?? raw.name);
  const path = storedName.replace(/(?<=[^/])\/+$/, '');
  const type = memberType(raw.typeflag, storedName, pax);
  const linkTarget = decodeName(value(pax, 'linkpath') ?? extensions.longLink ?? raw.linkName);
  for (const name of [storedName, linkTarget]) checkName(name, path, limits);
  if (path === '') throw invalidTar('a member without a name');
  const isLink = type === 'symlink' || type === 'hardlink';
  if (isLink !== (linkTarget !== ''))
    throw invalidTar(`link "${path}" points nowhere, or a non-link somewhere`);
  const header = {
    path,
    type,
    mode: raw.mode,
    uid: paxInteger(pax, 'uid') ?? raw.uid,
    gid: paxInteger(pax, 'gid') ?? raw.gid,
    size: paxInteger(pax, 'size') ?? raw.size,
    mtime: paxTime(pax) ?? raw.mtime,
    linkTarget,
    xattrs: xattrsOf(pax),
  };
  checkSize(header);
  return header;
}

function memberType(typeflag: string, name: string, pax: PaxRecords): ArchiveMember['type'] {
  const isSparse = typeflag === 'S' || pax.has('SCHILY.realsize');
  if (isSparse || [...pax.keys()].some((key) => key.startsWith('GNU.sparse.'))) {
    throw invalidTar(
      `"${name}" is stored as a sparse file, which is not supported (pack it without --sparse)`,
    );
  }
  const type = types[typeflag];
  if (!type) throw invalidTar(`"${name}" has the unknown type "${typeflag}"`);
  // Before ustar, a directory was a file whose name ends in "/".
  return type === 'file' && name.endsWith('/') ? 'directory' : type;
}

function checkName(name: string, path: string, limits: TarLimits): void {
  if (name.includes('\0')) throw invalidTar(`"${path}" has a NUL in its name or target`);
  if (Buffer.byteLength(name) > limits.maxPathBytes) {
    throw invalidTar(`a name of more than ${limits.maxPathBytes} bytes (maxPathBytes)`);
  }
}

/** Readers disagree about content where none belongs, so such archives are refused. */
function checkSize({ path, type, size, uid, gid }: Header): void {
  if (size < 0 || uid < 0 || gid < 0) throw invalidTar(`"${path}" has a negative size or owner`);
  if (size > 0 && type !== 'file') throw invalidTar(`"${path}" is a ${type} and has content`);
}

/** A record's value; an empty one means that the record is not there. */
function value(pax: PaxRecords, keyword: string): Buffer | undefined {
  const bytes = pax.get(keyword);
  return bytes && bytes.length > 0 ? bytes : undefined;
}

function paxInteger(pax: PaxRecords, keyword: string): number | undefined {
  const digits = value(pax, keyword)?.toString('latin1');
  if (digits === undefined) return undefined;
  if (!/^\d{1,15}$/.test(digits)) throw invalidTar(`"${digits}" as ${keyword} of a pax header`);
  return Number(digits);
}

/** Seconds, with any fraction; the whole seconds not after it. */
function paxTime(pax: PaxRecords): number | undefined {
  const digits = value(pax, 'mtime')?.toString('latin1');
  if (digits === undefined) return undefined;
  if (!/^-?\d{1,15}(\.\d*)?$/.test(digits)) throw invalidTar(`"${digits}" as mtime of a pax header`);
  return Math.floor(Number(digits));
}

const noXattrs: ReadonlyMap<string, Uint8Array> = new Map();

function xattrsOf(pax: PaxRecords): ReadonlyMap<string, Uint8Array> {
  const keywords = [...pax.keys()].filter((keyword) => keyword.startsWith(xattrPrefix));
  if (keywords.length === 0) return noXattrs;
  return new Map(keywords.map((keyword) => [xattrName(keyword), pax.get(keyword) ?? new Uint8Array()]));
}
