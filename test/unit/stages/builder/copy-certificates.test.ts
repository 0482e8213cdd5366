import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { copyCertificates } from '../../../../src/stages/builder/index.ts';
import { useTempDir } from '../../../support/use-temp-dir.ts';

const dir = useTempDir();
const block = (what: string): string => `-----BEGIN ${what}-----\nTWFu\nYQ==\n-----END ${what}-----\n`;

const copy = async (text: string): Promise<string> => {
  writeFileSync(join(dir, 'given'), text);
  return readFileSync(await copyCertificates(join(dir, 'given'), dir), 'utf8');
};

it('copies certificates, and nothing else that stands in the file', async () => {
  const certificate = block('CERTIFICATE');
  expect(await copy(`one\n${certificate}${block('PRIVATE KEY')}${certificate}last`)).toBe(
    certificate + certificate,
  );
  expect(statSync(join(dir, 'ca.pem')).mode & 0o777).toBe(0o644);
});

it.each([
  ['other text', 'root:$6$x:1::::::\n'],
  ['a key', block('PRIVATE KEY')],
  ['an unfinished one', '-----BEGIN CERTIFICATE-----\nTWFu\n'],
  ['other text inside', '-----BEGIN CERTIFICATE-----\nroot:$6$\n-----END CERTIFICATE-----\n'],
])('refuses a file with %s', async (_what, text) => {
  await expect(copy(text)).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
});

it('refuses a file that is not there', async () => {
  await expect(copyCertificates(join(dir, 'none'), dir)).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
});
