import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openStepLog } from '../../../../src/stages/builder/step-log.ts';
import { useTempDir } from '../../../support/use-temp-dir.ts';

const dir = useTempDir();

it('writes lines without secrets and keeps the last 40', async () => {
  const file = join(dir, 'sub/step.log');
  using log = openStepLog(file, ['s3cret']);
  for (let count = 1; count <= 50; count += 1) log.line(`line ${count} s3cret`);
  log.finish();
  const lines = (await readFile(file, 'utf8')).split('\n');
  expect([lines.length, lines[0]]).toEqual([51, 'line 1 ***']);
  expect([log.tail().length, log.tail()[0], log.tail().at(-1)]).toEqual([40, 'line 11 ***', 'line 50 ***']);
});

it('is in the file when nothing else is left to do', async () => {
  const file = join(dir, 'soon.log');
  using log = openStepLog(file);
  log.line('now');
  await expect.poll(() => readFile(file, 'utf8')).toBe('now\n');
});

it('cuts a file that grows too long, says so, and ends with the last lines', async () => {
  const file = join(dir, 'long.log');
  using log = openStepLog(file, [], 30);
  for (let count = 1; count <= 1000; count += 1) log.line(`line ${count}`);
  log.finish();
  const lines = (await readFile(file, 'utf8')).split('\n');
  expect(lines.slice(0, 5)).toEqual([
    'line 1',
    'line 2',
    'line 3',
    'line 4',
    '[cut at maxChars, 30: 996 more lines, the last of them are]',
  ]);
  expect([lines[5], lines.at(-2), lines.length]).toEqual(['line 961', 'line 1000', 46]);
});

it('keeps only the start of a very long line', () => {
  using log = openStepLog(join(dir, 'wide.log'));
  log.line('x'.repeat(1_000_000));
  expect(log.tail()[0]?.length).toBe(4097);
});

it('says so when the disk is full, at the next line or at the end', async () => {
  using log = openStepLog('/dev/full');
  log.line('one');
  const full = { code: 'HOST_WRITE_FAILED', message: expect.stringContaining('ENOSPC') as string };
  expect(() => log.finish()).toThrow(expect.objectContaining(full) as Error);
  log.line('two');
  // The batch is written in the meantime: that must not end this process.
  await new Promise(setImmediate);
  await new Promise(setImmediate);
  expect(() => log.finish()).toThrow(expect.objectContaining(full) as Error);
});

it('says so when there is no place for it', async () => {
  await writeFile(join(dir, 'file'), '');
  expect(() => openStepLog(join(dir, 'file/step.log'))).toThrow(
    expect.objectContaining({ code: 'HOST_WRITE_FAILED' }) as Error,
  );
});
