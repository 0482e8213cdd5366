import { createHash, createPublicKey, verify, type KeyObject } from 'node:crypto';
import { unknownKey, untrusted, type ApkKeys } from './verify-index.ts';

export interface SignedAdb {
  readonly schema: Buffer;
  readonly database: Buffer;
  /** Contents of the signature blocks. */
  readonly signatures: readonly Buffer[];
}

/** Of a signature block: version, hash, and the key's id; then the signature. apk-v3(5), "Signature block". */
const idStart = 2;
const headerBytes = 18;

/** Hash of the database by the number that a signature has. */
const hashes: Readonly<Record<number, (bytes: Buffer) => Buffer>> = {
  3: (bytes) => createHash('sha256').update(bytes).digest(),
  4: (bytes) => createHash('sha512').update(bytes).digest(),
  5: (bytes) => createHash('sha256').update(bytes).digest().subarray(0, 20),
};

/**
 * Throws `SIGNATURE_INVALID` unless one of these keys (RSA, or of an elliptic curve) has signed it, and no signature of theirs
 * is bad; `label` names it in messages.
 */
export function verifyAdb(adb: SignedAdb, keys: ApkKeys, label: string): void {
  const known = new Map([...keys.values()].flatMap((pem) => withId(pem)));
  const ids = adb.signatures.map((signature) => signature.toString('hex', idStart, headerBytes));
  if (ids.length === 0) throw untrusted(label, 'it is not signed');
  const trusted = adb.signatures.flatMap((signature, at) => {
    const key = known.get(ids[at] ?? '');
    return key ? [{ signature, key }] : [];
  });
  if (trusted.length === 0) throw unknownKey(label, ids[0] ?? '', keys);
  if (!trusted.every(({ signature, key }) => isGood(adb, signature, key)))
    throw untrusted(label, 'its signature is bad');
}

function isGood({ schema, database }: SignedAdb, signature: Buffer, key: KeyObject): boolean {
  const hash = hashes[signature[1] ?? 0];
  if (signature[0] !== 0 || !hash || signature.length <= headerBytes) return false;
  const signed = Buffer.concat([schema, signature.subarray(0, headerBytes), hash(database)]);
  try {
    return verify('sha512', signed, key, signature.subarray(headerBytes));
  } catch {
    return false;
  }
}

/** A key under its id: the start of SHA-512 of the public key itself, without what says of which kind it is. */
function withId(pem: string): readonly (readonly [id: string, key: KeyObject])[] {
  try {
    const key = createPublicKey(pem);
    const bytes = publicBytes(key);
    return bytes ? [[createHash('sha512').update(bytes).digest('hex').slice(0, 32), key]] : [];
  } catch {
    // What is no key signs nothing.
    return [];
  }
}

/** RFC 8017, A.1.1; SEC 1, 2.3.3. */
function publicBytes(key: KeyObject): Buffer | undefined {
  if (key.asymmetricKeyType === 'rsa') return key.export({ type: 'pkcs1', format: 'der' });
  if (key.asymmetricKeyType !== 'ec') return undefined;
  const { x = '', y = '' } = key.export({ format: 'jwk' });
  return Buffer.concat([Buffer.from([4]), Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')]);
}
