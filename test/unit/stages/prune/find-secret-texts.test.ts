import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { findSecretTexts } from '../../../../src/stages/prune/index.ts';
import { makeRootfs, type Node } from '../../../support/make-rootfs.ts';
import { useTempDir } from '../../../support/use-temp-dir.ts';

const dir = useTempDir();
const address = 'http://me:password@proxy';
const found = async (nodes: Readonly<Record<string, Node>>, secrets = [address, 'me:password', 'password']) =>
  (await findSecretTexts(makeRootfs(nodes), { subject: 'acme/app', secrets })).map(({ message }) => message);
const of = (path: string): string => `cannot put "/${path}" into acme/app: it holds a secret of a proxy`;

test('an address with its password, and a password, are errors in what was made', async () => {
  expect(
    await found({
      'etc/environment': `http_proxy=${address}\n`,
      'root/.netrc': 'password\n',
      'srv/x': 'me\n',
    }),
  ).toEqual([of('etc/environment'), of('root/.netrc')]);
});

test('in files of packages only the address is, as words are common there', async () => {
  const origin = { kind: 'package', name: 'wget' } as const;
  expect(
    await found({
      'etc/login.defs': { content: 'the password of a user', origin },
      'etc/wgetrc': { content: `proxy = ${address}`, origin },
    }),
  ).toEqual([of('etc/wgetrc')]);
});

test('what is found by chance is no secret', async () => {
  expect(await found({ 'etc/file': 'abcde' }, ['abcde'])).toEqual([]);
});

test('a text across the parts a large file is read in is found', async () => {
  const size = 3 << 20;
  const bytes = Buffer.alloc(size, 'x');
  bytes.write(address, (1 << 20) - 7);
  const hostFile = join(dir, 'large');
  writeFileSync(hostFile, bytes);
  const rootfs = new Map(makeRootfs({ large: '' }));
  const entry = rootfs.get('large');
  if (entry?.type !== 'file') throw new TypeError('not a file');
  rootfs.set('large', { ...entry, size, content: { kind: 'slice', hostFile, offset: 0, size } });
  const faults = await findSecretTexts(rootfs, { subject: 'acme/app', secrets: [address] });
  expect(faults.map(({ message }) => message)).toEqual([of('large')]);
});
