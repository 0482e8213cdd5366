import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { checkPackage } from '../../../../../../src/stages/builder/package-managers/apk/check-package.ts';
import { makeApkKey } from '../../../../../support/apk-repository.ts';
import { makeApk } from '../../../../../support/make-apk.ts';
import { useTempDir } from '../../../../../support/use-temp-dir.ts';

const dir = useTempDir();
const made = makeApk(
  { name: 'jq', version: '1-r0', files: { 'usr/bin/jq': 'x'.repeat(5000) } },
  makeApkKey('key'),
);
const checksum = `Q1${made.controlSha1.toString('base64')}`;

const faultOf = (bytes: Uint8Array, expected = checksum): Promise<string | undefined> => {
  writeFileSync(join(dir, 'package.apk'), bytes);
  return checkPackage(join(dir, 'package.apk'), expected);
};

it('finds nothing wrong with the package of the index', async () => {
  expect(await faultOf(made.bytes)).toBeUndefined();
});

it('finds another package, other data, what is cut off and what is added', async () => {
  expect(await faultOf(made.bytes, `Q1${Buffer.alloc(20).toString('base64')}`)).toMatch(
    /^the checksum of its control part/,
  );
  const changed = Buffer.from(made.bytes);
  changed.writeUInt8(changed.readUInt8(changed.length - 1) ^ 1, changed.length - 1);
  const isOther = 'its data is not what its control part says';
  expect(await faultOf(changed)).toBe(isOther);
  expect(await faultOf(made.bytes.subarray(0, -1))).toBe(isOther);
  expect(await faultOf(Buffer.concat([made.bytes, Buffer.from('x')]))).toBe(isOther);
  for (const length of [0, 10, 300])
    expect(await faultOf(made.bytes.subarray(0, length))).toBe('it is no package of apk');
});
