import { readFile } from 'node:fs/promises';
import { KublerError } from '../../../errors.ts';

const armor = /-----BEGIN PGP PUBLIC KEY BLOCK-----\r?\n(.*?)-----END PGP PUBLIC KEY BLOCK-----/gs;

const debianHint =
  'the Debian keys are in the package debian-archive-keyring; apt.keyring names another file';

/**
 * The OpenPGP keys of a file in the binary form that gpgv and debootstrap want. Throws `CONFIG_INVALID` when the
 * file cannot be read or its armor is damaged.
 * @param hint what to do about a file that cannot be read
 */
export async function readKeyFile(file: string, hint = debianHint): Promise<Uint8Array> {
  const bytes = await readFile(file).catch((cause: unknown) => {
    throw new KublerError('CONFIG_INVALID', `cannot read keyring "${file}": ${String(cause)}`, {
      cause,
      hint,
    });
  });
  const text = bytes.toString('latin1');
  if (!text.includes('-----BEGIN PGP')) return bytes;
  const keys = [...text.matchAll(armor)].map(([, body]) => decodeArmor(body ?? ''));
  if (keys.length > 0 && keys.every((key) => key !== undefined)) return Buffer.concat(keys);
  throw new KublerError('CONFIG_INVALID', `cannot read keyring "${file}": it is damaged`);
}

/** RFC 9580 section 6: headers, an empty line, base64, then an optional checksum after `=`. */
export function decodeArmor(body: string): Buffer | undefined {
  const lines = body.split(/\r?\n/);
  const data = lines.slice(lines.findIndex((line) => line.trim() === '') + 1).filter((line) => line !== '');
  const checksum = data.at(-1)?.startsWith('=') ? data.pop()?.slice(1) : undefined;
  const bytes = Buffer.from(data.join(''), 'base64');
  if (bytes.length === 0) return undefined;
  return checksum === undefined || checksum === crc24(bytes).toString('base64') ? bytes : undefined;
}

/** RFC 9580 section 6.1.1. */
function crc24(bytes: Uint8Array): Buffer {
  let crc = 0xb704ce;
  for (const byte of bytes) {
    crc ^= byte << 16;
    for (let bit = 0; bit < 8; bit++) {
      crc <<= 1;
      if (crc & 0x1000000) crc ^= 0x1864cfb;
    }
  }
  return Buffer.from([(crc >> 16) & 0xff, (crc >> 8) & 0xff, crc & 0xff]);
}
