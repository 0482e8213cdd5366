import { describe, expect, test } from 'vitest';
import { installed, makeState } from '../support.ts';

describe('parseDpkgState', () => {
  test('takes packages whose files are in place', () => {
    const state = makeState({
      a: {},
      b: { status: 'install ok unpacked' },
      c: { status: 'hold ok half-configured' },
      d: { status: 'install ok triggers-pending' },
      gone: { status: 'deinstall ok config-files', files: ['/etc/gone.conf'] },
      never: { status: 'purge ok not-installed' },
      broken: { status: 'install reinstreq half-installed' },
    });
    expect([...state.packages.keys()]).toEqual(['a', 'b', 'c', 'd']);
    expect(state.files.get('gone')).toEqual(['etc/gone.conf']);
  });

  test('names packages of another architecture with it', () => {
    const state = makeState({
      'libc6:amd64': { files: ['/a'] },
      'libc6:i386': { files: ['/b'] },
      tzdata: { architecture: 'all' },
      jq: {},
    });
    expect([...state.packages.keys()]).toEqual(['libc6', 'libc6:i386', 'tzdata', 'jq']);
    expect(state.files.get('libc6')).toEqual(['a']);
    expect(state.files.get('libc6:i386')).toEqual(['b']);
  });

  test('finds the files of a foreign package that dpkg names without its architecture', () => {
    const { files, packages } = makeState({ jq: {}, wine32: { architecture: 'i386', files: ['/a'] } });
    expect([...packages.keys()]).toEqual(['jq', 'wine32:i386']);
    expect(files.get('wine32:i386')).toEqual(['a']);
    expect(files.has('wine32')).toBe(false);
  });

  test('takes the architecture of dpkg for its own, however many foreign packages there are', () => {
    const state = makeState({ dpkg: {}, 'a:i386': {}, 'b:i386': {}, 'c:i386': {} });
    expect([...state.packages.keys()]).toEqual(['dpkg', 'a:i386', 'b:i386', 'c:i386']);
  });

  test('joins Pre-Depends and Depends, and keeps the stanza verbatim', () => {
    const state = makeState({
      dash: { preDepends: 'libc6 (>= 2.34)', depends: 'debianutils | x, dpkg', provides: 'sh (= 1)' },
    });
    const dash = installed(state, 'dash');
    expect(dash.depends).toEqual([['libc6'], ['debianutils', 'x'], ['dpkg']]);
    expect(dash.provides).toEqual(['sh']);
    expect(dash.stanza).toMatch(/^Package: dash\n[^]*\n \.\n the end$/);
  });
});
