import { execFileSync } from 'node:child_process';
import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readSource } from '../../../../src/stages/config/read-source.ts';
import { useTempDir } from '../../../support/use-temp-dir.ts';

const dir = useTempDir();
const path = (name: string): string => join(dir, name);

test('reads a file, also through a symbolic link', async () => {
  writeFileSync(path('a'), 'A=é\n');
  symlinkSync('a', path('link'));
  expect((await readSource(path('a')))?.text).toBe('A=é\n');
  expect((await readSource(path('link')))?.text).toBe('A=é\n');
});

test('a missing file is none', async () => {
  expect(await readSource(path('missing'))).toBeUndefined();
  expect(await readSource(path('a/below-a-file'))).toBeUndefined();
});

test('pipes, devices and folders are refused at once', async () => {
  execFileSync('mkfifo', [path('pipe')]);
  for (const file of [path('pipe'), '/dev/zero', dir]) {
    await expect(readSource(file)).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: `cannot read "${file}": it is not a regular file`,
    });
  }
});

test('a file above 1 MiB is refused, one of 1 MiB is read', async () => {
  writeFileSync(path('full'), '#'.repeat(1024 * 1024));
  writeFileSync(path('large'), '#'.repeat(1024 * 1024 + 1));
  expect((await readSource(path('full')))?.text).toHaveLength(1024 * 1024);
  await expect(readSource(path('large'))).rejects.toThrow('it is larger than 1 MiB');
});

test('a file whose size the system does not tell is bounded all the same', async () => {
  expect((await readSource('/proc/self/status'))?.text).toMatch(/^Name:/);
});

test('bytes that are no text are refused', async () => {
  writeFileSync(path('latin1'), Buffer.from([0x41, 0x3d, 0xe9]));
  writeFileSync(path('nul'), 'A=\0');
  await expect(readSource(path('latin1'))).rejects.toThrow('it is not a UTF-8 text file');
  await expect(readSource(path('nul'))).rejects.toThrow('it is not a UTF-8 text file');
});

test('a link to itself is refused', async () => {
  symlinkSync('loop', path('loop'));
  await expect(readSource(path('loop'))).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
});
