import { pack, type Header, type Pack } from 'tar-stream';
import { assert } from '../errors.ts';
import type { TarMember } from './tar-member.ts';
import { encodePax, xattrKeyword } from './tar-pax.ts';

/** The largest ids and time that tar-stream writes unharmed: it clamps ids of seven octal digits, and `|0`s times. */
const largestId = 0o777777;
const latestTime = 0x7fffffff;
const largestSize = 0o77777777777;
const longestName = 100;

/**
 * A tar archive (ustar with pax headers) of the members, in their order. The bytes depend on nothing else: no user
 * names, no access times, no process ids.
 */
export async function* writeTar(
  members: Iterable<TarMember> | AsyncIterable<TarMember>,
): AsyncGenerator<Buffer, void, undefined> {
  const archive = pack({ highWaterMark: 1 << 20 });
  const filled = fill(archive, members).catch((error: unknown) => archive.destroy(error as Error));
  try {
    for await (const chunk of archive) yield chunk as Buffer;
  } finally {
    archive.destroy();
    await filled;
  }
}

async function fill(archive: Pack, members: Iterable<TarMember> | AsyncIterable<TarMember>): Promise<void> {
  for await (const member of members) {
    const pax = paxBlock(member);
    if (pax.length > 0) archive.push(pax);
    if (member.type === 'file' && member.size > 0) await addContent(archive, member);
    else await added((done) => archive.entry(ustarHeader(member), Buffer.alloc(0), done));
  }
  archive.finalize();
}

async function addContent(archive: Pack, member: TarMember): Promise<void> {
  await added((done) => {
    const entry = archive.entry(ustarHeader(member), done);
    // `done` gets the error too; without a listener it would end the process.
    entry.on('error', () => undefined);
    pour(member, entry).catch((error: unknown) => entry.destroy(error as Error));
  });
}

async function pour(member: TarMember, entry: ReturnType<Pack['entry']>): Promise<void> {
  let bytes = 0;
  for await (const chunk of member.content()) {
    bytes += chunk.length;
    if (!entry.write(chunk)) await drained(entry);
    if (entry.destroyed) return;
  }
  assert(bytes === member.size, `"${member.path}" has ${bytes} bytes instead of ${member.size}`);
  entry.end(null);
}

function added(start: (done: (error?: Error | null) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => start((error) => (error ? reject(error) : resolve())));
}

function drained(entry: ReturnType<Pack['entry']>): Promise<void> {
  return new Promise((resolve) => {
    const settle = () => {
      entry.off('drain', settle).off('close', settle);
      resolve();
    };
    entry.on('drain', settle).on('close', settle);
  });
}

/** What the ustar header says; a value it cannot hold is replaced and stands in the pax header. */
function ustarHeader(member: TarMember): Partial<Header> & Pick<Header, 'name'> {
  return {
    name: ustarName(storedPath(member)),
    type: member.type === 'hardlink' ? 'link' : member.type,
    // tar-stream takes mode 0 for "not given"; it masks the bit above the permissions.
    mode: member.mode | 0o10000,
    uid: fits(member.uid, largestId) ? member.uid : 0,
    gid: fits(member.gid, largestId) ? member.gid : 0,
    mtime: new Date(fits(member.mtime, latestTime) ? member.mtime * 1000 : 0),
    size: member.size,
    ...(member.linkTarget !== '' && { linkname: ustarName(member.linkTarget) }),
  };
}

function paxBlock(member: TarMember): Buffer {
  const records: [string, Uint8Array][] = [];
  const add = (keyword: string, value: string | number) =>
    records.push([keyword, Buffer.from(String(value))]);
  if (!isPlain(storedPath(member))) add('path', storedPath(member));
  if (!isPlain(member.linkTarget)) add('linkpath', member.linkTarget);
  if (!fits(member.size, largestSize)) add('size', member.size);
  if (!fits(member.uid, largestId)) add('uid', member.uid);
  if (!fits(member.gid, largestId)) add('gid', member.gid);
  if (!fits(member.mtime, latestTime)) add('mtime', member.mtime);
  for (const name of [...member.xattrs.keys()].sort()) {
    records.push([xattrKeyword(name), member.xattrs.get(name) ?? Buffer.alloc(0)]);
  }
  if (records.length === 0) return Buffer.alloc(0);
  const body = encodePax(records);
  return Buffer.concat([paxHeader(body.length), body, Buffer.alloc(-body.length & 511)]);
}

/** The ustar header of a pax header: the same for every member but for its size. */
function paxHeader(size: number): Buffer {
  const block = Buffer.alloc(512);
  block.write('PaxHeader', 0);
  block.write('0000644\0' + '0000000\0'.repeat(2), 100);
  block.write(`${size.toString(8).padStart(11, '0')}\0${'0'.repeat(11)}\0        x`, 124);
  block.write('ustar\u000000', 257);
  const checksum = block.reduce((sum, byte) => sum + byte, 0);
  block.write(`${checksum.toString(8).padStart(6, '0')}\0 `, 148);
  return block;
}

const storedPath = (member: TarMember): string =>
  member.type === 'directory' ? `${member.path}/` : member.path;
const fits = (value: number, largest: number): boolean => value >= 0 && value <= largest;
const isPlain = (name: string): boolean => name.length <= longestName && /^[\x20-\x7e]*$/.test(name);
const ustarName = (name: string): string =>
  isPlain(name) ? name : name.replace(/[^\x20-\x7e]/g, '_').slice(0, longestName);
