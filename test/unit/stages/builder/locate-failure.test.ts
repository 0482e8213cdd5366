import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { locateFailure } from '../../../../src/stages/builder/locate-failure.ts';
import { useTempDir } from '../../../support/use-temp-dir.ts';
import { writeTree } from '../../../support/write-tree.ts';

const dir = useTempDir();
writeTree(dir, { 'config/build.sh': 'one\n  two\n', secret: 'secret\n' });
const config = join(dir, 'config');

it('finds the line that the container names, and its first character', async () => {
  expect(await locateFailure(config, 'build.sh 2 1', [])).toEqual({
    file: join(config, 'build.sh'),
    line: 2,
    column: 3,
    excerpt: '  two',
  });
});

it('finds the line that bash complains of at the end of its output', async () => {
  const complaint = "/config/build.sh: line 1: syntax error near unexpected token `}'";
  expect(
    await locateFailure(config, undefined, ['x', complaint, "/config/build.sh: line 1: `}'"]),
  ).toMatchObject({
    line: 1,
    excerpt: 'one',
  });
  expect(await locateFailure(config, undefined, [complaint, 'a', 'b', 'c'])).toBeUndefined();
});

it('shows no file but those of the folder, and waits for none', async () => {
  execFileSync('mkfifo', [join(config, 'pipe')]);
  execFileSync('ln', ['-s', '../secret', join(config, 'link')]);
  expect(await locateFailure(config, '../secret 1 1', [])).toBeUndefined();
  for (const name of ['link', 'pipe', 'none']) {
    expect((await locateFailure(config, `${name} 1 1`, []))?.excerpt).toBeUndefined();
  }
  expect(await locateFailure(config, 'build.sh x 1', [])).toBeUndefined();
});
