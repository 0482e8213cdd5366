import { expect, test } from 'vitest';
import { parseReleaseFile } from '../../../../../../src/stages/builder/package-managers/apt/release-file.ts';

const sum = 'a'.repeat(64);
const text = [
  'Suite: oldstable',
  'Codename: bookworm',
  'Date: Sat, 11 Jul 2026 10:16:37 UTC',
  'Valid-Until: Sat, 18 Jul 2026 10:16:37 UTC',
  'Acquire-By-Hash: yes',
  'Architectures: all amd64',
  'MD5Sum:',
  ` ${'b'.repeat(32)} 1 main/binary-amd64/Packages`,
  'SHA256:',
  ` ${sum}     1234 main/binary-amd64/Packages.xz`,
  '',
].join('\n');

test('a release file tells its suite, dates and files', () => {
  expect(parseReleaseFile(text)).toEqual({
    suite: 'oldstable',
    codename: 'bookworm',
    date: Date.UTC(2026, 6, 11, 10, 16, 37) / 1000,
    validUntil: Date.UTC(2026, 6, 18, 10, 16, 37) / 1000,
    acquireByHash: true,
    separateAll: true,
    files: new Map([['main/binary-amd64/Packages.xz', { sha256: sum, sizeBytes: 1234 }]]),
  });
});

test('architecture all is part of the others when the archive says so', () => {
  expect(parseReleaseFile(`No-Support-for-Architecture-all: Packages\n${text}`)?.separateAll).toBe(false);
});

test('a file without a date or SHA-256 sums is none', () => {
  expect(parseReleaseFile(text.replace('Date:', 'Data:'))).toBeUndefined();
  expect(parseReleaseFile(text.replace('SHA256:', 'SHA1:'))).toBeUndefined();
  expect(parseReleaseFile('')).toBeUndefined();
});
