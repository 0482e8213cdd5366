import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readAdbFiles } from '../../../../../../src/stages/builder/package-managers/apk/adb-package.ts';
import { checkPackage } from '../../../../../../src/stages/builder/package-managers/apk/check-package.ts';
import { packagePath } from '../../../../../../src/stages/builder/package-managers/apk/package-file.ts';
import { useTempDir } from '../../../../../support/use-temp-dir.ts';

/** What the real apk 3 wrote: `apk mkpkg`. */
const recorded = (name: string): Buffer => readFileSync(join(import.meta.dirname, 'recorded/adb', name));
const plain = recorded('plain-greet.apk');
/** By what apk 3 wrote into an index. */
const packed = 'Q1esKlib3jIuTA8aBQJuywEqEXeB8=';
const databaseBytes = plain.subarray(12, 8 + (plain.readUInt32LE(8) & 0x3fffffff));
const checksum = `Q2${createHash('sha256').update(databaseBytes).digest('base64')}`;

const dir = useTempDir();
const faultOf = (bytes: Uint8Array, expected = checksum): Promise<string | undefined> => {
  writeFileSync(join(dir, 'package.apk'), bytes);
  return checkPackage(join(dir, 'package.apk'), expected);
};

it('finds nothing wrong with a package of version 3 that is the one of the index', async () => {
  expect(await faultOf(recorded('greet-2.1-r3.apk'), packed)).toBeUndefined();
  expect(await faultOf(plain)).toBeUndefined();
});

it('reads its files', async () => {
  writeFileSync(join(dir, 'package.apk'), plain);
  await using file = await open(join(dir, 'package.apk'));
  const files: string[] = [];
  for await (const { path, content } of readAdbFiles(file, checksum)) {
    let text = '';
    for await (const chunk of content()) text += chunk.toString();
    files.push(`${path}: ${text}`);
  }
  expect(files).toEqual(['usr/bin/greet: #!/bin/sh\necho hi\n', 'usr/share/greet/text: a file\n']);
});

it('finds another package, and whatever is changed, cut off or added', async () => {
  expect(await faultOf(recorded('greet-2.1-r3.apk'))).toMatch(/^the checksum of its database is Q2/);
  for (let at = 0; at < plain.length; at += 3) {
    const changed = Buffer.from(plain);
    changed.writeUInt8(changed.readUInt8(at) ^ 1, at);
    // Only what fills up a block is nobody's.
    if ((await faultOf(changed)) === undefined) expect(plain[at]).toBe(0);
  }
  for (let length = 0; length < plain.length; length += 7)
    expect(await faultOf(plain.subarray(0, length))).toBeTypeOf('string');
  const end = plain.length - ((plain.length - 8) % 8);
  const again = Buffer.concat([plain, plain.subarray(end - 24)]);
  expect(await faultOf(again)).toBeTypeOf('string');
});

it('is looked for where an index of version 3 says', () => {
  const offer = { name: 'greet', version: '2.1-r3', architecture: 'x86_64', checksum: packed };
  expect(packagePath(offer)).toBe('x86_64/greet-2.1-r3.apk');
  expect(packagePath(offer, 'pool/${hash:4}/${name}_${version}.apk')).toBe('pool/7ac2/greet_2.1-r3.apk');
  for (const layout of ['../${name}', '/${name}', '${name}/../x', 'a//b'])
    expect(() => packagePath(offer, layout)).toThrow('cannot be where it is in a repository');
});
