import { createHash } from 'node:crypto';
import type { FileEntry, Rootfs } from '../../model/tree-entry.ts';
import { readBytes } from './read-content.ts';

/** Java key stores that a maintainer script makes from the certificate authorities, each entry dated to the millisecond. */
const keystorePaths = ['etc/ssl/certs/java/cacerts'];
const maxKeystoreBytes = 16 * 2 ** 20;

/** The same tree with the dates inside its generated Java key stores set to the epoch (seconds since 1970). */
export async function normaliseKeystores(rootfs: Rootfs, epoch: number): Promise<Rootfs> {
  const changed = new Map(rootfs);
  for (const path of keystorePaths) {
    const entry = rootfs.get(path);
    if (entry?.type !== 'file' || entry.content.kind === 'parent') continue;
    const bytes = redateKeystore(await readBytes(entry, maxKeystoreBytes), epoch);
    if (bytes) changed.set(path, withBytes(entry, bytes));
  }
  return changed;
}

function withBytes(entry: FileEntry, bytes: Buffer): FileEntry {
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { ...entry, size: bytes.length, sha256, content: { kind: 'bytes', bytes } };
}

const magic = 0xfeedfeed;
const trustedCertificate = 2;
const digestBytes = 20;
/** The password of Java's own certificate store, which protects nothing: it only keys the checksum. */
const password = 'changeit';
const salt = 'Mighty Aphrodite';

/**
 * A JKS key store (version 2, trusted certificates only) with all creation dates set to `epoch` seconds and its
 * checksum computed anew; undefined for anything else, which is then left alone.
 * The format: `sun.security.provider.JavaKeyStore` of OpenJDK.
 */
export function redateKeystore(store: Buffer, epoch: number): Buffer | undefined {
  if (store.length < 12 + digestBytes || store.readUInt32BE(0) !== magic || store.readUInt32BE(4) !== 2) return undefined;
  const body = Buffer.from(store.subarray(0, -digestBytes));
  let at = 12;
  try {
    for (let left = body.readUInt32BE(8); left > 0; left--) {
      if (body.readUInt32BE(at) !== trustedCertificate) return undefined;
      const dateAt = at + 6 + body.readUInt16BE(at + 4);
      body.writeBigUInt64BE(BigInt(epoch) * 1000n, dateAt);
      const typeAt = dateAt + 8;
      const lengthAt = typeAt + 2 + body.readUInt16BE(typeAt);
      at = lengthAt + 4 + body.readUInt32BE(lengthAt);
    }
  } catch {
    return undefined;
  }
  if (at !== body.length) return undefined;
  const key = Buffer.from(password, 'utf16le').swap16();
  return Buffer.concat([body, createHash('sha1').update(key).update(salt).update(body).digest()]);
}
