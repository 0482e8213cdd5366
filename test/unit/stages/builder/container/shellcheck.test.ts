import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { requires } from '../../../../support/requires.ts';

const root = join(import.meta.dirname, '../../../../..');
const folders = ['src/stages/builder/container', 'scripts', 'templates', 'builders', 'namespaces'];

/** Files that a shell reads: by their name, or their first line. */
const isShell = (file: string): boolean =>
  file.endsWith('.sh') || /^#!.*sh\b/.test(readFileSync(file, 'utf8'));

requires('shellcheck')('shell scripts', () => {
  it('have nothing that shellcheck would say', () => {
    const files = folders.flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name))
        .filter(isShell),
    );
    expect(files.length).toBeGreaterThan(15);
    const { stdout, stderr } = spawnSync(
      'shellcheck',
      ['--external-sources', '--source-path=SCRIPTDIR', '--format=gcc', ...files],
      { encoding: 'utf8' },
    );
    expect(`${stdout}${stderr}`).toBe('');
  });
});
