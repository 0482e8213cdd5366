import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { FileEntry, TreeEntry } from '../../../../src/model/tree-entry.ts';
import { scannerData } from '../../../../src/stages/carve/index.ts';
import { parseDpkgState } from '../../../../src/stages/carve/databases/dpkg.ts';
import { makeRootfs, makeState } from './support.ts';

const state = makeState({
  jq: { depends: 'libjq1 (= 1)', md5sums: 'd41d8cd98f00b204e9800998ecf8427e  usr/bin/jq\n' },
  'libjq1:i386': {},
  libjq1: {},
  bash: {},
});
const jq = { name: 'jq', version: '1', architecture: 'amd64' };
const data = (rootfs = makeRootfs([]), packages = [jq]): TreeEntry[] =>
  scannerData({ packages, all: packages, state, rootfs, epoch: 99 });

const text = (entries: readonly TreeEntry[], path: string): string => {
  const content = (entries.find((entry) => entry.path === path) as FileEntry | undefined)?.content;
  return content?.kind === 'bytes' ? Buffer.from(content.bytes).toString() : 'absent';
};

describe('scannerData', () => {
  test('has each package’s control fields and md5sums, and the folders', () => {
    const entries = data();
    expect(entries.map((entry) => entry.path)).toEqual(
      expect.arrayContaining([
        'var',
        'var/lib/dpkg/status.d',
        'var/lib/dpkg/status.d/jq',
        'var/lib/dpkg/status.d/jq.md5sums',
      ]),
    );
    expect(text(entries, 'var/lib/dpkg/status.d/jq')).toBe(
      'Package: jq\nArchitecture: amd64\nVersion: 1\nDepends: libjq1 (= 1)\nDescription: about jq\n more words\n .\n the end\n',
    );
    expect(text(entries, 'var/lib/dpkg/status.d/jq.md5sums')).toContain('usr/bin/jq');
  });

  test('leaves out what dpkg notes about this installation, with its continuation lines', () => {
    const stanza =
      'Package: p\nArchitecture: amd64\nStatus: install ok installed\nVersion: 1\nConffiles:\n /etc/a 123\n /etc/b 456\nHomepage: x';
    const packages = [{ ...jq, name: 'p' }];
    const entries = scannerData({
      ...{ packages, all: packages, rootfs: makeRootfs([]), epoch: 0 },
      state: parseDpkgState({ status: stanza, diversions: '', info: new Map() }),
    });
    expect(text(entries, 'var/lib/dpkg/status.d/p')).toBe(
      'Package: p\nArchitecture: amd64\nVersion: 1\nHomepage: x\n',
    );
  });

  test('files are dated, readable, and described truly', () => {
    const file = data().find((entry) => entry.path.endsWith('/jq')) as FileEntry;
    const bytes = Buffer.from(text([file], file.path));
    expect(file).toMatchObject({
      mode: 0o644,
      uid: 0,
      gid: 0,
      mtime: 99,
      size: bytes.length,
      origin: { kind: 'kubler' },
    });
    expect(file.sha256).toBe(createHash('sha256').update(bytes).digest('hex'));
  });

  test('takes the folders that are there', () => {
    expect(data(makeRootfs(['d var', 'd var/lib'])).map((entry) => entry.path)).not.toContain('var/lib');
  });

  test('two architectures of a package have a file each', () => {
    const both = ['amd64', 'i386'].map((architecture) => ({ name: 'libjq1', version: '1', architecture }));
    const paths = data(makeRootfs([]), both).map((entry) => entry.path);
    expect(paths).toEqual(
      expect.arrayContaining(['var/lib/dpkg/status.d/libjq1', 'var/lib/dpkg/status.d/libjq1:i386']),
    );
  });

  test('is empty where dpkg’s own database is, and for no packages', () => {
    expect(data(makeRootfs(['f var/lib/dpkg/status']))).toEqual([]);
    expect(data(makeRootfs([]), [])).toEqual([]);
  });
});
