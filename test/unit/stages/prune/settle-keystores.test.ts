import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import type { FileEntry } from '../../../../src/model/tree-entry.ts';
import { settleKeystores } from '../../../../src/stages/prune/index.ts';
import { readBytes } from '../../../../src/stages/rootfs/index.ts';
import { makeRootfs } from '../../../support/make-rootfs.ts';

const path = 'etc/ssl/certs/java/cacerts';

/** A keystore as `keytool -storetype JKS` writes it, with certificates that are no certificates. */
function keystore(
  certificates: readonly { alias: string; date: number; text: string }[],
  password = 'changeit',
) {
  const short = (text: string) => Buffer.concat([number(text.length, 2), Buffer.from(text)]);
  const number = (value: number, bytes: number) => {
    const buffer = Buffer.alloc(bytes);
    buffer.writeUIntBE(value, Math.max(0, bytes - 6), Math.min(6, bytes));
    return buffer;
  };
  const body = Buffer.concat([
    Buffer.from('feedfeed00000002', 'hex'),
    number(certificates.length, 4),
    ...certificates.flatMap(({ alias, date, text }) => [
      number(2, 4),
      short(alias),
      number(date, 8),
      short('X.509'),
      number(text.length, 4),
      Buffer.from(text),
    ]),
  ]);
  const salt = Buffer.concat([Buffer.from(password, 'utf16le').swap16(), Buffer.from('Mighty Aphrodite')]);
  return Buffer.concat([body, createHash('sha1').update(salt).update(body).digest()]);
}

const settled = async (bytes: Buffer): Promise<FileEntry> =>
  (await settleKeystores(makeRootfs({ [path]: bytes }), 1_700_000_000)).get(path) as FileEntry;

test('keystores of one content and several dates become equal, dated by the epoch', async () => {
  const made = (date: number) =>
    keystore([
      { alias: 'debian:a.pem', date, text: 'AAA' },
      { alias: 'b', date, text: 'B' },
    ]);
  const entry = await settled(made(1_600_000_000_123));
  expect(await readBytes(entry, 1000)).toEqual(made(1_700_000_000_000));
  expect(entry.sha256).toBe(createHash('sha256').update(made(1_700_000_000_000)).digest('hex'));
});

test.each([
  ['another password', keystore([{ alias: 'a', date: 1, text: 'A' }], 'secret1')],
  ['a cut file', keystore([{ alias: 'a', date: 1, text: 'A' }]).subarray(0, 30)],
  ['no keystore', Buffer.from('PKCS12, say')],
  ['nothing', Buffer.alloc(0)],
])('%s stays as it is', async (_what, bytes) => {
  expect(await readBytes(await settled(bytes), 1000)).toEqual(bytes);
});
