import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { KublerError } from '../../../../errors.ts';
import type { Sha256 } from '../../../../model/digest.ts';

/** Sums of one file, in hexadecimal; what is not listed is not there. */
export interface FileDigests {
  readonly blake2b?: string;
  readonly sha512?: string;
}

/**
 * The sums that a `.DIGESTS` file of Gentoo lists for a file: lines of `<sum>  <name>`, each kind below a comment that names it. Kinds
 * that are weak, or not known, are left out.
 */
export function parseDigests(text: string, fileName: string): FileDigests {
  let kind = '';
  const found: { blake2b?: string; sha512?: string } = {};
  for (const line of text.split(/\r?\n/)) {
    kind = /^# (\S+) HASH$/.exec(line)?.[1] ?? kind;
    const [, sum = '', path = ''] = /^([0-9a-f]{128})\s+\*?(\S+)$/.exec(line) ?? [];
    if (path.slice(path.lastIndexOf('/') + 1) !== fileName) continue;
    if (kind === 'BLAKE2B') found.blake2b = sum;
    if (kind === 'SHA512') found.sha512 = sum;
  }
  return found;
}

/**
 * The SHA-256 of a file that has all of these sums. Throws `CHECKSUM_MISMATCH` when it has not, or when there are none to compare with.
 */
export async function checkDigests(hostFile: string, name: string, expected: FileDigests): Promise<Sha256> {
  if (expected.blake2b === undefined && expected.sha512 === undefined) {
    throw new KublerError(
      'CHECKSUM_MISMATCH',
      `cannot use "${name}": its DIGESTS file has neither a BLAKE2B nor a SHA512 sum of it`,
    );
  }
  const hashes = {
    blake2b: createHash('blake2b512'),
    sha512: createHash('sha512'),
    sha256: createHash('sha256'),
  };
  for await (const chunk of createReadStream(hostFile)) {
    for (const hash of Object.values(hashes)) hash.update(chunk as Buffer);
  }
  for (const kind of ['blake2b', 'sha512'] as const) {
    const sum = hashes[kind].digest('hex');
    if (expected[kind] === undefined || expected[kind] === sum) continue;
    throw new KublerError(
      'CHECKSUM_MISMATCH',
      `cannot use "${name}": its ${kind.toUpperCase()} is ${sum}, not ${expected[kind]}`,
    );
  }
  return hashes.sha256.digest('hex');
}
