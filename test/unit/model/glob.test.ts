import picomatch from 'picomatch';
import { describe, expect, it } from 'vitest';
import { matchesAny } from '../../../src/model/glob.ts';

describe('matchesAny', () => {
  it('matches what any of its globs matches', () => {
    const globs = [
      '/usr/share/doc/**',
      'etc/{a,b}.conf',
      '*.pyc',
      'lib/[x]',
      'srv/?',
      '!never',
      'var/lib/+(a|b)',
    ];
    const paths = [
      'usr/share/doc',
      'usr/share/doc/x/.y',
      'usr/share/docs',
      'etc/a.conf',
      'etc/c.conf',
      'a.pyc',
    ].concat([
      'b/a.pyc',
      'lib/x',
      'lib/[x]',
      'srv/a',
      'srv/ab',
      'srv/\n',
      'never',
      'var/lib/abba',
      'var/lib/c',
    ]);
    const each = globs.map((glob) => picomatch(glob.replace(/^\//, ''), { dot: true, flags: 's' }));
    for (const count of globs.keys()) {
      const any = matchesAny(globs.slice(0, count));
      for (const path of paths) {
        const expected = each.slice(0, count).some((matches) => matches(path));
        expect([globs.slice(0, count), path, any(path)]).toEqual([globs.slice(0, count), path, expected]);
      }
    }
  });

  it('matches nothing without globs', () => {
    expect(matchesAny([])('usr')).toBe(false);
  });
});
