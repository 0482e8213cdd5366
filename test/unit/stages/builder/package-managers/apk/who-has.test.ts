import { expect, it } from 'vitest';
import { parseApkIndex } from '../../../../../../src/stages/builder/package-managers/apk/parse-index.ts';
import { whoHas } from '../../../../../../src/stages/builder/package-managers/apk/who-has.ts';

const offers = parseApkIndex(
  'C:Q1a\nP:zlib\nV:1\np:so:libz.so.1=1.2.13\n\nC:Q1b\nP:busybox\nV:1\np:/bin/sh cmd:ls=1\n',
);

it('names the package that the index says has it', () => {
  const hint = (kind: 'library' | 'command', name: string) => whoHas({ kind, name }, offers);
  expect(hint('library', 'libz.so.1')).toBe('add package "zlib", which has it');
  expect(hint('command', '/bin/sh')).toBe('add package "busybox", which has it');
  expect(hint('command', '/usr/bin/ls')).toBe('add package "busybox", which has it');
  expect(hint('library', 'libx.so.1')).toBeUndefined();
  expect(hint('command', 'libz.so.1')).toBeUndefined();
});
