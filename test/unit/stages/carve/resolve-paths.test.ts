import {
  mkdtempSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { pathResolver } from '../../../../src/stages/carve/resolve-paths.ts';
import { makeListing } from './support.ts';

const merged = pathResolver(
  makeListing([
    'l lib -> usr/lib',
    'l lib64 -> /usr/lib64',
    'd usr/lib64',
    'f usr/lib/x/libc.so.6',
    'l usr/lib64/ld.so -> ../lib/x/ld.so',
    'f usr/lib/x/ld.so',
    'l var/run -> /run',
    'l a -> b',
    'l b -> a',
    'l usr/bin/vi -> /etc/alternatives/vi',
    'l etc/alternatives/vi -> /usr/bin/vim',
    'f usr/bin/vim',
    'l out -> ../../../etc',
  ]),
);

describe('pathResolver', () => {
  test.each([
    ['lib/x/libc.so.6', 'usr/lib/x/libc.so.6'],
    ['lib', 'lib'],
    ['lib64/ld.so', 'usr/lib64/ld.so'],
    ['var/run/dbus/socket', 'run/dbus/socket'],
    ['no/such/path', 'no/such/path'],
    ['a/x', 'a/x'],
  ])('canonical(%s) = %s', (path, expected) => {
    expect(merged.canonical(path)).toBe(expected);
  });

  test.each([
    ['lib64/ld.so', 'usr/lib/x/ld.so'],
    ['usr/bin/vi', 'usr/bin/vim'],
    ['out', 'etc'],
    ['a', undefined],
  ])('real(%s) = %s', (path, expected) => {
    expect(merged.real(path)).toBe(expected);
  });

  test('linkTarget goes one link far', () => {
    expect(merged.linkTarget('usr/bin/vi')).toBe('etc/alternatives/vi');
    expect(merged.linkTarget('usr/lib64/ld.so')).toBe('usr/lib/x/ld.so');
    expect(merged.linkTarget('usr/bin/vim')).toBeUndefined();
  });

  test('gives up soon on links that multiply', () => {
    const links = Array.from({ length: 60 }, (_, at) => `l l${at + 1} -> l${at}/../l${at}`);
    expect(pathResolver(makeListing(['d l0', ...links])).real('l60')).toBeUndefined();
  });

  test('agrees with the kernel on any tree of folders and links', () => {
    const name = fc.constantFrom('a', 'b', 'c');
    const target = fc.array(fc.constantFrom('a', 'b', 'c', '.', '..'), { minLength: 1, maxLength: 3 });
    const paths = ['a', 'b', 'c', 'a/a', 'a/b', 'a/c', 'b/a', 'b/b', 'c/a'];
    const tree = fc.array(fc.tuple(fc.constantFrom(...paths), fc.option(target)), {
      maxLength: 8,
    });
    const probe = fc.array(name, { minLength: 1, maxLength: 3 }).map((names) => names.join('/'));
    fc.assert(
      fc.property(tree, fc.array(probe, { minLength: 1, maxLength: 5 }), (items, probes) => {
        const root = mkdtempSync(join(tmpdir(), 'carve-resolve-'));
        try {
          for (const [path, target] of items) place(root, path, target ?? undefined);
          const resolver = pathResolver(makeListing(list(root)));
          for (const path of probes) {
            const expected = kernelPath(root, path);
            if (expected !== undefined) expect(resolver.real(path)).toBe(expected);
          }
        } finally {
          rmSync(root, { recursive: true });
        }
      }),
      { numRuns: 200 },
    );
  });
});

/** Makes a folder with a file in it, or a link that stays below the root; nothing where that is impossible. */
function place(root: string, path: string, target: readonly string[] | undefined): void {
  try {
    if (target !== undefined) return symlinkSync(target.join('/'), join(root, path));
    mkdirSync(join(root, path), { recursive: true });
    writeFileSync(join(root, path, 'c'), '');
  } catch {
    // Taken already, or in a folder that is not there.
  }
}

/** What is in the tree, as lines for `makeListing`. */
function list(root: string): string[] {
  return readdirSync(root, { recursive: true, withFileTypes: true }).map((item) => {
    const path = relative(root, join(item.parentPath, item.name));
    if (item.isSymbolicLink()) return `l ${path} -> ${readlinkSync(join(root, path))}`;
    return `${item.isDirectory() ? 'd' : 'f'} ${path}`;
  });
}

/** Where the kernel ends up; undefined when nothing is there, or it is outside: this root is no chroot. */
function kernelPath(root: string, path: string): string | undefined {
  try {
    // Node's own realpath takes `..` before links; only the native one asks the kernel.
    const found = relative(realpathSync.native(root), realpathSync.native(join(root, path)));
    return found.startsWith('..') ? undefined : found;
  } catch {
    return undefined;
  }
}
