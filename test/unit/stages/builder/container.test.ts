import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { useTempDir } from '../../../support/use-temp-dir.ts';
import { writeTree } from '../../../support/write-tree.ts';

const containerDir = join(import.meta.dirname, '../../../../src/stages/builder/container');

describe('sed-or-die', () => {
  const temp = useTempDir();
  const run = (...args: readonly string[]) =>
    execa(join(containerDir, 'bin/sed-or-die'), args, { cwd: temp, reject: false });

  it('edits the file in place', async () => {
    writeTree(temp, { conf: 'Listen 80\nListen 81\n' });
    expect((await run('^Listen 80$', 'Listen 8080', 'conf')).exitCode).toBe(0);
    expect((await execa('cat', ['conf'], { cwd: temp })).stdout).toBe('Listen 8080\nListen 81');
  });

  it('ends with status 3 when nothing matches', async () => {
    writeTree(temp, { conf: 'Listen 80\n' });
    expect((await run('absent', 'x', 'conf')).exitCode).toBe(3);
  });

  it('ends with status 5 when there is no file', async () => {
    expect((await run('a', 'b', 'nothing')).exitCode).toBe(5);
  });

  it('takes another delimiter', async () => {
    writeTree(temp, { conf: 'rate 5%\n' });
    expect((await run('5%', '6%', 'conf', '/')).exitCode).toBe(0);
  });
});
