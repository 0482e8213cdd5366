import { expect, test } from 'vitest';
import type { Finding } from '../../../../src/model/finding.ts';
import { waive } from '../../../../src/stages/prove/index.ts';

const finding = (code: Finding['code'], subject: string): Finding => ({
  ...{ code, subject, severity: 'error', message: 'lacks something' },
});
const reason = 'loaded by foo';

test('marks what an entry names by code and path, and leaves the rest', () => {
  const findings = [
    finding('elf-needed', '/usr/lib/foo/a.so'),
    finding('elf-needed', '/usr/lib/foo/deep/b.so'),
    finding('symlink', '/usr/lib/foo/a.so'),
  ];
  const [a, b, c, ...more] = waive(findings, [{ code: 'elf-needed', glob: '/usr/lib/foo/*.so', reason }]);
  expect([a?.waived, b?.waived, c?.waived, more]).toEqual([reason, undefined, undefined, []]);
});

test('gives the first reason of several, and none of the entries is unused', () => {
  const glob = 'usr/bin/x';
  const waivers = [
    { code: 'shebang', glob, reason: 'first' },
    { code: 'shebang', glob: 'usr/**', reason: 'second' },
  ] as const;
  expect(waive([finding('shebang', '/usr/bin/x')], waivers)).toEqual([
    { ...finding('shebang', '/usr/bin/x'), waived: 'first' },
  ]);
});

test('warns of an entry that waives nothing', () => {
  expect(waive([], [{ code: 'user', glob: '/etc/passwd', reason }])).toMatchObject([
    { code: 'prove-allow', severity: 'warning', message: 'waives nothing by "user /etc/passwd"' },
  ]);
});
