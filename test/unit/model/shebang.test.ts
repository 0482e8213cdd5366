import { describe, expect, test } from 'vitest';
import { isModule, parseShebang } from '../../../src/model/shebang.ts';

describe('parseShebang', () => {
  test.each([
    ['/bin/sh', { path: '/bin/sh' }],
    ['  /bin/sh -e', { path: '/bin/sh' }],
    ['/usr/bin/env python3', { path: '/usr/bin/env', command: 'python3' }],
    ['/usr/bin/env -S perl -w', { path: '/usr/bin/env', command: 'perl' }],
    ['/usr/bin/env -Sperl', { path: '/usr/bin/env', command: 'perl' }],
    ['/usr/bin/env -S -u HOME A=b ruby -x', { path: '/usr/bin/env', command: 'ruby' }],
    ['/usr/bin/env', { path: '/usr/bin/env' }],
    ['', undefined],
  ])('%j', (line, expected) => {
    expect(parseShebang(line)).toEqual(expected);
  });
});

describe('isModule', () => {
  test.each([
    ['usr/lib/python3.11/pdb.py', true],
    ['usr/share/perl5/Debconf/Db.pm', true],
    ['usr/bin/thing.py', false],
    ['usr/lib/x/worker', false],
    ['srv/app.py', false],
    ['etc/rc.local.py', false],
  ])('%s: %s', (path, expected) => {
    expect(isModule(path)).toBe(expected);
  });
});
