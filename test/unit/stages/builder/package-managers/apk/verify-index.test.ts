import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { readSignedIndex } from '../../../../../../src/stages/builder/package-managers/apk/verify-index.ts';
import { makeApkKey, signedIndex } from '../../../../../support/apk-repository.ts';

const key = makeApkKey('builder');
const other = makeApkKey('other');
const text = 'C:Q1abc\nP:jq\nV:1.7-r0\n\n';
const trusted = new Map([[key.name, key.publicKey]]);

describe('the index of a repository', () => {
  it.each(['RSA', 'RSA256'] as const)('is read when a trusted key signed it (%s)', async (hash) => {
    expect(await readSignedIndex(signedIndex(key, text, hash), trusted, 'it')).toBe(text);
  });

  const refused = async (bytes: Buffer, keys = trusted): Promise<string> =>
    readSignedIndex(bytes, keys, 'it').then(
      () => 'read',
      (error: unknown) => `${(error as { code: string }).code} ${(error as Error).message}`,
    );

  it('is refused when another key signed it, also one of the same name', async () => {
    expect(await refused(signedIndex(other, text))).toBe(
      'SIGNATURE_INVALID cannot trust it: "other.rsa.pub" signed it, which is no trusted key',
    );
    expect(await refused(signedIndex({ ...other, name: key.name }, text))).toBe(
      'SIGNATURE_INVALID cannot trust it: its signature is bad',
    );
  });

  it('is refused when a byte of it differs, or something was added', async () => {
    const bytes = signedIndex(key, text);
    const changed = Buffer.from(bytes);
    changed.writeUInt8(changed.readUInt8(changed.length - 5) ^ 1, changed.length - 5);
    expect(await refused(changed)).toContain('its signature is bad');
    expect(await refused(Buffer.concat([bytes, gzipSync('more')]))).toContain('its signature is bad');
  });

  it('is refused without a signature, or cut off', async () => {
    const bytes = signedIndex(key, text);
    expect(await refused(gzipSync(Buffer.alloc(1024)))).toContain('it is not signed');
    expect(await refused(Buffer.from('<html>'))).toContain('it is not signed');
    for (let length = 0; length < bytes.length; length += 41)
      expect(await refused(bytes.subarray(0, length))).toMatch(/^SIGNATURE_INVALID/);
  });

  it('is refused where no key is trusted, and where the key is none', async () => {
    expect(await refused(signedIndex(key, text), new Map())).toContain('no trusted key');
    expect(await refused(signedIndex(key, text), new Map([[key.name, 'nonsense']]))).toBe(
      'CONFIG_INVALID cannot use key "builder.rsa.pub": it is no RSA public key in PEM form',
    );
  });
});
