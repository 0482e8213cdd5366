import { createPublicKey, verify, type KeyObject } from 'node:crypto';
import { KublerError } from '../../../../errors.ts';
import { readGzipMember } from './gzip-members.ts';
import { readSegment } from './read-segment.ts';

/** Name of a key, as signatures have it → its PEM text. */
export type ApkKeys = ReadonlyMap<string, string>;

/** Bytes an index may have when uncompressed. Alpine's community has 11 million. */
export const maxIndexBytes: number = 512 * 1024 ** 2;

const maxSignatureBytes = 1024 * 1024;

/** `.SIGN.RSA.NAME`: apk-v2(5), "Signatures". */
const signatureName = /^\.SIGN\.(RSA|RSA256|RSA512)\.([^/]+)$/;
const hashes: Readonly<Record<string, string>> = { RSA: 'sha1', RSA256: 'sha256', RSA512: 'sha512' };

/**
 * The text of an `APKINDEX.tar.gz`, whose first part must sign the rest with one of these keys. Throws
 * `SIGNATURE_INVALID`; `label` names it in messages.
 */
export async function readSignedIndex(bytes: Buffer, keys: ApkKeys, label: string): Promise<string> {
  const first = readGzipMember(bytes, 0, maxSignatureBytes);
  const signatures = [...(first ? await readFiles(first.content, label) : new Map<string, Buffer>())].flatMap(
    ([path, signature]) => {
      const [, kind, key] = signatureName.exec(path) ?? [];
      return kind === undefined || key === undefined ? [] : [{ hash: hashes[kind] ?? '', key, signature }];
    },
  );
  if (!first || signatures.length === 0) throw untrusted(label, 'it is not signed');
  const known = signatures.filter(({ key }) => keys.has(key));
  const signed = bytes.subarray(first.end);
  if (known.length === 0) throw unknownKey(label, signatures[0]?.key ?? '', keys);
  if (!known.every(({ hash, key, signature }) => verify(hash, signed, readKey(key, keys), signature)))
    throw untrusted(label, 'its signature is bad');
  return readText(bytes, first.end, label);
}

async function readText(bytes: Buffer, start: number, label: string): Promise<string> {
  const member = readGzipMember(bytes, start, maxIndexBytes);
  if (!member) throw untrusted(label, `it is damaged, or larger than maxIndexBytes, ${maxIndexBytes} bytes`);
  const text = (await readFiles(member.content, label)).get('APKINDEX');
  if (!text) throw untrusted(label, 'it has no APKINDEX');
  return text.toString('utf8');
}

async function readFiles(tar: Buffer, label: string): Promise<ReadonlyMap<string, Buffer>> {
  return readSegment(tar).catch((cause: unknown) => {
    throw untrusted(label, 'it is damaged', cause);
  });
}

/** The key of that name. Throws `CONFIG_INVALID` for what is no RSA key. */
function readKey(name: string, keys: ApkKeys): KeyObject {
  try {
    const key = createPublicKey(keys.get(name) ?? '');
    if (key.asymmetricKeyType === 'rsa') return key;
  } catch {
    // Said below.
  }
  throw new KublerError('CONFIG_INVALID', `cannot use key "${name}": it is no RSA public key in PEM form`);
}

/** `key`: as the signature names it. */
export const unknownKey = (label: string, key: string, keys: ApkKeys): KublerError =>
  new KublerError('SIGNATURE_INVALID', `cannot trust ${label}: "${key}" signed it, which is no trusted key`, {
    hint:
      keys.size === 0
        ? 'no key is trusted: name the file of the one that signs it in apk.keys of kubler.config.yaml'
        : `trusted are ${[...keys.keys()].join(', ')}; apk.keys of kubler.config.yaml names others`,
  });

export const untrusted = (label: string, reason: string, cause?: unknown): KublerError =>
  new KublerError('SIGNATURE_INVALID', `cannot trust ${label}: ${reason}`, {
    cause,
    hint: 'check the address in apk.repositories, and that its index is signed',
  });
