import { execFileSync } from 'node:child_process';
import { mkdtempSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  accountsScript,
  captureScript,
  databaseFormat,
  parseAccounts,
  parseCapture,
} from '../../../../src/stages/carve/index.ts';
import { makeStanza } from './support.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'carve-capture-'));
  mkdirSync(join(root, 'etc'));
  mkdirSync(join(root, 'var/lib/dpkg/info'), { recursive: true });
});
afterEach(() => rmSync(root, { recursive: true }));

const format = databaseFormat('apt');

const write = (path: string, text: string): void => writeFileSync(join(root, path), text);

/** Runs a script as it runs in a container: in the folder that is the root. */
const capture = (script: string): string =>
  execFileSync('sh', ['-c', script], { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });

const database = (): void => {
  write('var/lib/dpkg/status', `${makeStanza('jq', { depends: 'libc6' })}\n${makeStanza('libc6', {})}\n`);
  write('var/lib/dpkg/info/jq.list', '/.\n/usr\n/usr/bin\n/usr/bin/jq\n');
  write('var/lib/dpkg/info/libc6:amd64.list', '/.\n/lib\n/lib/libc.so.6\n');
  write('var/lib/dpkg/info/libc6:amd64.md5sums', 'd41d8cd98f00b204e9800998ecf8427e  lib/libc.so.6\n');
};

describe('captureScript and parseCapture', () => {
  test('bring over the database and the account files', () => {
    database();
    write('etc/passwd', 'root:x:0:0:root:/root:/bin/bash\n');
    write('var/lib/dpkg/diversions', '/bin/sh\n/bin/sh.distrib\ndash\n');
    const { state, accounts } = parseCapture(capture(captureScript(format)), format);
    expect([...state.packages.keys()]).toEqual(['jq', 'libc6']);
    expect(state.files.get('libc6')).toEqual(['lib', 'lib/libc.so.6']);
    expect(state.scannerFiles(['libc6'], []).get('var/lib/dpkg/status.d/libc6.md5sums')).toBe(
      'd41d8cd98f00b204e9800998ecf8427e  lib/libc.so.6\n',
    );
    expect(state.diversions).toEqual([{ from: 'bin/sh', to: 'bin/sh.distrib', by: 'dash' }]);
    expect(accounts).toEqual({
      passwd: 'root:x:0:0:root:/root:/bin/bash\n',
      group: '',
      shadow: '',
      gshadow: '',
    });
  });

  test('an empty diversions file is no diversion', () => {
    database();
    write('var/lib/dpkg/diversions', '');
    expect(parseCapture(capture(captureScript(format)), format).state.diversions).toEqual([]);
  });

  test('a root without a database has no packages, where it need not have one', () => {
    write('etc/group', 'root:x:0:\n');
    const { state, accounts } = parseCapture(capture(captureScript(format)), format, 'optional');
    expect(state.packages.size).toBe(0);
    expect(accounts.group).toBe('root:x:0:\n');
  });

  test('a link in its place is not followed', () => {
    symlinkSync('/etc/passwd', join(root, 'etc/passwd'));
    expect(capture(accountsScript)).toBe('');
  });

  test('output without a database is refused', () => {
    expect(() => parseCapture('==> etc/passwd <==\nroot:x:0:0::/:\n', format)).toThrow(
      expect.objectContaining({ code: 'ROOTFS_INVALID' }),
    );
  });
});

describe('accountsScript and parseAccounts', () => {
  test('a root without account files has empty ones', () => {
    expect(parseAccounts(capture(accountsScript))).toEqual({
      passwd: '',
      group: '',
      shadow: '',
      gshadow: '',
    });
  });

  test('texts come back byte for byte, last line with or without its end', () => {
    const line = fc.stringMatching(/^[a-z]{0,6}(:[a-z0-9 ]{0,4}){0,3}$/);
    const text = fc.tuple(fc.array(line), fc.boolean());
    fc.assert(
      fc.property(text, text, ([passwd, end], [group]) => {
        const first = passwd.join('\n') + (end ? '\n' : '');
        const second = `${group.join('\n')}\n`;
        write('etc/passwd', second);
        write('etc/group', first);
        const accounts = parseAccounts(capture(accountsScript));
        expect(accounts.passwd).toBe(second);
        expect(accounts.group).toBe(first);
      }),
      { numRuns: 15 },
    );
  });
});
