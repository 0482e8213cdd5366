import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readKeyFile } from '../../../../../src/stages/builder/package-managers/key-file.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'kubler-key-'));
});
afterEach(() => rm(dir, { recursive: true }));

const read = async (content: string | Uint8Array): Promise<Uint8Array> => {
  await writeFile(join(dir, 'key'), content);
  return readKeyFile(join(dir, 'key'));
};

/** RFC 9580's checksum of "123456789" is 0x21CF02, as in the catalogue of CRC algorithms. */
const armored = [
  '-----BEGIN PGP PUBLIC KEY BLOCK-----',
  'Comment: x',
  '',
  'MTIzNDU2',
  'Nzg5',
  '=Ic8C',
  '-----END PGP PUBLIC KEY BLOCK-----',
  '',
].join('\n');

test('a binary keyring stays as it is', async () => {
  const bytes = Buffer.from([0x99, 0x02, 0x0d, 0x00, 0xff]);
  expect(await read(bytes)).toEqual(bytes);
});

test('armored keys are joined', async () => {
  const expected = Buffer.from('123456789123456789');
  expect(Buffer.from(await read(`My key:\n${armored}\n${armored}`))).toEqual(expected);
  expect(Buffer.from(await read(armored.replace('=Ic8C\n', '').replaceAll('\n', '\r\n')))).toEqual(
    Buffer.from('123456789'),
  );
});

test('a damaged key is refused', async () => {
  await expect(read(armored.replace('MTIz', 'MTIa'))).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  await expect(read('-----BEGIN PGP PUBLIC KEY BLOCK-----\n')).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
  });
});

test('a missing keyring is named with a hint', async () => {
  await expect(readKeyFile(join(dir, 'none'))).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
    message: expect.stringContaining('none') as string,
    hint: expect.stringContaining('debian-archive-keyring') as string,
  });
});
