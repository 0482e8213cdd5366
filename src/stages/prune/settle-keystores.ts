import { createHash } from 'node:crypto';
import type { FileEntry, Rootfs } from '../../model/tree-entry.ts';
import { readBytes } from '../rootfs/index.ts';

const maxBytes = 1 << 24;
const magic = { keystore: 0xfeedfeed, version: 2, certificate: 2 } as const;
/** What every Java installation protects its list of authorities with, and what the format adds to it. */
const password = Buffer.concat([
  Buffer.from('changeit', 'utf16le').swap16(),
  Buffer.from('Mighty Aphrodite'),
]);
const digestBytes = 20;

/**
 * Gives the certificates of Java keystores (`cacerts`, which a maintainer script makes) the date `epoch`, seconds since
 * 1970, so that two builds agree. A file that is no keystore of certificates with the usual password stays as it is.
 */
export async function settleKeystores(rootfs: Rootfs, epoch: number): Promise<Rootfs> {
  const settled = new Map(rootfs);
  for (const entry of rootfs.values()) {
    if (entry.type !== 'file' || !/(?:^|\/)cacerts$/.test(entry.path) || entry.size > maxBytes) continue;
    if (entry.content.kind === 'parent' || entry.inode !== undefined) continue;
    const bytes = dateKeystore(await readBytes(entry, maxBytes), epoch);
    if (bytes) settled.set(entry.path, withBytes(entry, bytes));
  }
  return settled;
}

function withBytes(entry: FileEntry, bytes: Buffer): FileEntry {
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { ...entry, size: bytes.length, sha256, content: { kind: 'bytes', bytes } };
}

/** The keystore with all its dates set; undefined when it is none (format: JDK, `JavaKeyStore.java`). */
function dateKeystore(original: Buffer, epoch: number): Buffer | undefined {
  const body = Buffer.from(original.subarray(0, -digestBytes));
  if (body.length < 12 || !digestOf(body).equals(original.subarray(-digestBytes))) return undefined;
  if (body.readUInt32BE(0) !== magic.keystore || body.readUInt32BE(4) !== magic.version) return undefined;
  try {
    let at = 12;
    for (let left = body.readUInt32BE(8); left > 0; left--) {
      if (body.readUInt32BE(at) !== magic.certificate) return undefined;
      at += 4;
      at += 2 + body.readUInt16BE(at);
      at = body.writeBigUInt64BE(BigInt(epoch) * 1000n, at);
      at += 2 + body.readUInt16BE(at);
      at += 4 + body.readUInt32BE(at);
    }
    return at === body.length ? Buffer.concat([body, digestOf(body)]) : undefined;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

const digestOf = (body: Buffer): Buffer => createHash('sha1').update(password).update(body).digest();
