import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { startsAsAdb } from './adb-blocks.ts';
import { checkAdbPackage } from './adb-package.ts';
import { readGzipMember } from './gzip-members.ts';
import { readSegment } from './read-segment.ts';

/** Bytes at the start of a package that its signature and control part have at most. */
const maxControlBytes = 16 * 1024 * 1024;
const maxUnpackedBytes = 64 * 1024 * 1024;

/**
 * What is wrong with a package file; undefined when it is the one that the index describes: its control part has the
 * index' checksum, and its data the sum that stands there. Format: apk-v2(5), or apk-v3(5).
 */
export async function checkPackage(hostFile: string, checksum: string): Promise<string | undefined> {
  await using file = await open(hostFile);
  if (await startsAsAdb(file)) return await checkAdbPackage(file, checksum);
  const { size } = await file.stat();
  const start = Buffer.alloc(Math.min(size, maxControlBytes));
  await file.read(start, 0, start.length, 0);
  const control = await findControl(start);
  if (!control) return 'it is no package of apk';
  const sum = checksumOf(start.subarray(control.start, control.end), checksum);
  if (sum !== checksum) return `the checksum of its control part is ${sum}, not ${checksum}`;
  const [, expected] = /^datahash = ([0-9a-f]{64})$/m.exec(control.info) ?? [];
  if (expected === undefined) return 'it does not say what its data must be';
  const hash = createHash('sha256');
  const data = file.createReadStream({ start: control.end, autoClose: false });
  for await (const chunk of data) hash.update(chunk as Buffer);
  return hash.digest('hex') === expected ? undefined : 'its data is not what its control part says';
}

interface Control {
  readonly start: number;
  readonly end: number;
  /** Of `.PKGINFO`. */
  readonly info: string;
}

/** The part after the signatures. */
async function findControl(bytes: Buffer): Promise<Control | undefined> {
  for (let start = 0; ;) {
    const member = readGzipMember(bytes, start, maxUnpackedBytes);
    const files = member && (await readSegment(member.content).catch(() => undefined));
    if (!member || !files) return undefined;
    const info = files.get('.PKGINFO');
    if (info) return { start, end: member.end, info: info.toString('utf8') };
    if (![...files.keys()].every((name) => name.startsWith('.SIGN.'))) return undefined;
    start = member.end;
  }
}

function checksumOf(bytes: Buffer, like: string): string {
  const isSha256 = like.startsWith('Q2');
  const sum = createHash(isSha256 ? 'sha256' : 'sha1')
    .update(bytes)
    .digest('base64');
  return `${isSha256 ? 'Q2' : 'Q1'}${sum}`;
}
