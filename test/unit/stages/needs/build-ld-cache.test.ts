import fc from 'fast-check';
import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { buildLdCache, collectFacts } from '../../../../src/stages/needs/index.ts';
import { compareLibraryNames } from '../../../../src/stages/needs/encode-ld-cache.ts';
import { link, makeRootfs, program, type Node } from '../../../support/make-rootfs.ts';
import { requires } from '../../../support/requires.ts';
import { useTempDir } from '../../../support/use-temp-dir.ts';
import { makeElf } from '../../../support/make-elf.ts';

const interpreter = '/lib64/ld-linux-x86-64.so.2';
const lib = (soname?: string, more = {}): Buffer =>
  makeElf({ ...(soname !== undefined && { soname }), ...more });
const base = {
  'usr/bin/x': program(makeElf({ interpreter })),
  lib: link('usr/lib'),
  'etc/ld.so.conf': '/opt/b\n/opt/a\n',
};

async function cacheOf(nodes: Readonly<Record<string, Node>>) {
  const tree = makeRootfs(nodes);
  return buildLdCache(tree, await collectFacts(tree));
}
const bytesOf = (entry: Awaited<ReturnType<typeof cacheOf>>): Buffer => {
  if (entry?.content.kind !== 'bytes') throw new Error('no cache');
  return Buffer.from(entry.content.bytes);
};

describe('buildLdCache', () => {
  test('makes none when the loader finds everything by itself', async () => {
    expect(await cacheOf({ ...base, 'usr/lib/liba.so.1': lib('liba.so.1') })).toBeUndefined();
    expect(
      await cacheOf({ ...base, 'etc/ld.so.conf': '/usr/lib', 'usr/lib/liba.so.1': lib() }),
    ).toBeUndefined();
    expect(await cacheOf({ ...base, 'opt/a/notes.so.txt': 'text' })).toBeUndefined();
  });

  test('makes a file that root owns and everyone reads, the same for the same tree', async () => {
    const nodes = { ...base, 'opt/a/liba.so.1': lib('liba.so.1') };
    const cache = await cacheOf(nodes);
    expect(cache).toMatchObject({ path: 'etc/ld.so.cache', mode: 0o644, uid: 0, gid: 0, mtime: 0 });
    expect(bytesOf(await cacheOf(nodes))).toEqual(bytesOf(cache));
  });
});

requires('ldconfig')('buildLdCache', () => {
  const folder = useTempDir();
  const ldconfig = (...args: readonly string[]): string =>
    execFileSync('/sbin/ldconfig', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  const listing = (file: string): readonly string[] =>
    ldconfig('-p', '-C', file)
      .split('\n')
      .filter((line) => line.startsWith('\t'));

  test('lists what ldconfig lists, in the same order', async () => {
    const names = [
      'liba.so.1',
      'libv1.so.1',
      'libv2.so.1',
      'libv10.so.1',
      'libstdc++.so.6',
      'libx_y.so',
      'libz-1.2.so',
    ];
    const nodes: Record<string, Node> = {
      ...base,
      ...Object.fromEntries(names.map((name) => [`opt/a/${name}`, lib(name)])),
      'opt/a/libm.so.6.0.1': lib('libm.so.6'),
      'opt/a/libm.so.6': link('libm.so.6.0.1'),
      'opt/a/libm.so': link('libm.so.6.0.1'),
      'opt/a/libm.so.6.0': link('libm.so.6.0.1'),
      'opt/a/libanonymous.so': lib(),
      'opt/a/ld-thing.so.2': lib('ld-thing.so.2'),
      'opt/a/plugin.so': lib('plugin.so'),
      'opt/a/libtext.so': 'INPUT(libm.so.6)',
      'opt/b/liba.so.1': lib('liba.so.1'),
      'opt/b/lib32.so.1': lib('lib32.so.1', { class: 32, machine: 3, needed: ['libc.so.6'] }),
      'usr/lib/liba.so.1': lib('liba.so.1'),
      'usr/lib/libusr.so.1': lib('libusr.so.1'),
    };
    for (const [path, node] of Object.entries(nodes)) write(join(folder, path), node);
    ldconfig('-r', folder, '-X');
    writeFileSync(join(folder, 'ours'), bytesOf(await cacheOf(nodes)));
    const theirs = listing(join(folder, 'etc/ld.so.cache'));
    expect(theirs.length).toBeGreaterThan(12);
    expect(listing(join(folder, 'ours'))).toEqual(theirs);
  });
});

function write(hostPath: string, node: Node): void {
  mkdirSync(dirname(hostPath), { recursive: true });
  if (typeof node === 'string' || node instanceof Uint8Array) writeFileSync(hostPath, node);
  else if ('link' in node) symlinkSync(node.link, hostPath);
  else if ('content' in node) writeFileSync(hostPath, node.content, { mode: 0o755 });
}

describe('compareLibraryNames', () => {
  test('orders numbers by value, after everything else', () => {
    const sorted = ['libv10', 'libv2', 'libva', 'libv', 'libv2.so'].sort(compareLibraryNames);
    expect(sorted).toEqual(['libv', 'libva', 'libv2', 'libv2.so', 'libv10']);
  });

  test('is an order', () => {
    const name = fc.array(fc.constantFrom('a', '.', '-', '+', '1', '2', '10', '_'), { maxLength: 5 });
    fc.assert(
      fc.property(name, name, name, (...parts) => {
        const [a, b, c] = parts.map((each) => each.join('')) as [string, string, string];
        expect(Math.sign(compareLibraryNames(a, b)) + Math.sign(compareLibraryNames(b, a))).toBe(0);
        if (compareLibraryNames(a, b) <= 0 && compareLibraryNames(b, c) <= 0) {
          expect(compareLibraryNames(a, c)).toBeLessThanOrEqual(0);
        }
      }),
    );
  });
});
