import { execFileSync } from 'node:child_process';
import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect } from 'vitest';

/** Names of libraries that programs below this folder are linked against and that no file below it has, as binutils read them. */
export function missingLibraries(rootDir: string): readonly string[] {
  // Without types it would follow links, out of the image too.
  const entries = readdirSync(rootDir, { recursive: true, withFileTypes: true });
  const files = entries.map(({ parentPath, name }) => join(parentPath, name));
  const names = new Set(files.map((file) => basename(file)));
  const elfs = files.filter(isElf);
  expect(elfs.length).toBeGreaterThan(0);
  const sections = execFileSync('readelf', ['--dynamic', '--wide', ...elfs], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  const needed = [...sections.matchAll(/\(NEEDED\)\s+Shared library: \[(.*)\]/g)];
  return needed.map(([, library = '']) => library).filter((library) => !names.has(library));
}

function isElf(file: string): boolean {
  return lstatSync(file).isFile() && readFileSync(file).subarray(0, 4).toString('latin1') === '\x7fELF';
}
