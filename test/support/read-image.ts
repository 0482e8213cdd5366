import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { expect } from 'vitest';
import { kubler, type KublerOptions } from './kubler.ts';

/** The files of a built image, path → text, as GNU tar unpacks its exported tree; folders and links are left out. */
export async function readImage(image: string, options: KublerOptions): Promise<Record<string, string>> {
  const dir = mkdtempSync(join(tmpdir(), 'kubler-image-'));
  const [file, tree] = [join(dir, 'rootfs.tar'), join(dir, 'tree')];
  try {
    const exported = await kubler(['export', image, '--format', 'rootfs-tar', '-o', file], options);
    expect(exported.exitCode, exported.stderr).toBe(0);
    mkdirSync(tree);
    execFileSync('tar', ['--extract', '--file', file, '--directory', tree]);
    const entries = readdirSync(tree, { recursive: true, withFileTypes: true });
    const files = entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
    return Object.fromEntries(files.map((path) => [relative(tree, path), readFileSync(path, 'utf8')]));
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
