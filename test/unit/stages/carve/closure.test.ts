import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { closure } from '../../../../src/stages/carve/closure.ts';
import { makeState, type FakePackage } from './support.ts';

const walk = (
  packages: Readonly<Record<string, FakePackage>>,
  requested: readonly string[],
  provided: readonly string[] = [],
): readonly string[] => closure(makeState(packages), { requested, provided }).packages;

const jq = {
  jq: { depends: 'libjq1 (= 1.6), libc6' },
  libjq1: { depends: 'libonig5' },
  libonig5: { depends: 'libc6' },
  libc6: {},
  bash: {},
};

describe('closure', () => {
  test('reaches through Depends and Pre-Depends, and nothing else', () => {
    expect(walk(jq, ['jq'])).toEqual(['jq', 'libc6', 'libjq1', 'libonig5']);
    expect(walk({ a: { preDepends: 'b' }, b: {} }, ['a'])).toEqual(['a', 'b']);
  });

  test('tells who pulled a package in, by the shortest way', () => {
    const { reasons } = closure(makeState(jq), { requested: ['jq'], provided: [] });
    expect(Object.fromEntries(reasons)).toEqual({
      jq: undefined,
      libjq1: 'jq',
      libc6: 'jq',
      libonig5: 'libjq1',
    });
  });

  test.each(['jq', 'jq=1.6-2.1', 'jq/bookworm', 'jq:amd64', 'jq:any'])('finds "%s"', (spec) => {
    expect(walk(jq, [spec])).toContain('jq');
  });

  test('takes the first alternative that is installed', () => {
    expect(walk({ a: { depends: 'x | y | z' }, y: {}, z: {} }, ['a'])).toEqual(['a', 'y']);
  });

  test('takes the installed provider of a virtual package, asked for or depended on', () => {
    const packages = {
      a: { depends: 'mail-transport-agent' },
      nullmailer: { provides: 'mail-transport-agent (= 1)' },
    };
    expect(walk(packages, ['a'])).toEqual(['a', 'nullmailer']);
    expect(walk(packages, ['mail-transport-agent'])).toEqual(['nullmailer']);
  });

  test('prefers a real package to a provider', () => {
    expect(walk({ a: { depends: 'awk' }, awk: {}, aaa: { provides: 'awk' } }, ['a'])).toEqual(['a', 'awk']);
  });

  test('a package of another architecture needs its own libraries', () => {
    const packages = {
      libc6: {},
      jq: {},
      'libc6:i386': {},
      'wine:i386': { depends: 'libc6, data' },
      data: { architecture: 'all' },
    };
    expect(walk(packages, ['wine:i386'])).toEqual(['data', 'libc6:i386', 'wine:i386']);
    expect(walk(packages, ['wine:i386'], ['libc6'])).toContain('libc6:i386');
  });

  test('a dependency that apt left uninstalled is no error', () => {
    expect(walk({ a: { depends: 'missing' } }, ['a'])).toEqual(['a']);
  });

  test('a loop of dependencies ends', () => {
    expect(walk({ a: { depends: 'b' }, b: { depends: 'a' } }, ['a'])).toEqual(['a', 'b']);
  });

  test('provided packages leave with what only they need', () => {
    const packages = {
      app: { depends: 'perl, libc6' },
      perl: { depends: 'perl-base' },
      'perl-base': { depends: 'libc6' },
      libc6: {},
    };
    expect(walk(packages, ['app'], ['perl'])).toEqual(['app', 'libc6']);
  });

  test('a provided name satisfies a dependency although nothing of it is installed', () => {
    expect(walk({ app: { depends: 'sh-like | dash' }, dash: {} }, ['app'], ['sh-like'])).toEqual(['app']);
  });

  test('a provided virtual name takes its provider out', () => {
    expect(walk({ app: { depends: 'mawk' }, mawk: { provides: 'awk' } }, ['app'], ['awk'])).toEqual(['app']);
  });

  test('every unknown name is an error, all at once', () => {
    const names = (error: unknown): unknown =>
      (error as { errors: { code: string; message: string }[] }).errors;
    try {
      walk(jq, ['jqq', 'jq', 'nope=1']);
      expect.unreachable();
    } catch (error) {
      expect(names(error)).toMatchObject([{ code: 'PACKAGE_UNKNOWN' }, { code: 'PACKAGE_UNKNOWN' }]);
      expect(String(error)).toContain('cannot carve package "nope=1": it is not installed');
    }
  });
});

describe('closure, for any graph', () => {
  const name = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h');
  const graph = fc.dictionary(
    name,
    fc.array(fc.array(name, { minLength: 1, maxLength: 3 }), { maxLength: 4 }),
    { minKeys: 1 },
  );
  const toPackages = (edges: Record<string, string[][]>): Record<string, FakePackage> =>
    Object.fromEntries(
      Object.entries(edges).map(([key, needs]) => [
        key,
        { depends: needs.map((each) => each.join(' | ')).join(', ') },
      ]),
    );
  const subset = (edges: object) => fc.subarray(Object.keys(edges));
  const anyCase = graph.chain((edges) =>
    fc.tuple(fc.constant(toPackages(edges)), subset(edges), subset(edges), subset(edges)),
  );

  test('more requested packages give a superset', () => {
    fc.assert(
      fc.property(anyCase, ([packages, some, more, provided]) => {
        const larger = new Set(walk(packages, [...some, ...more], provided));
        expect(walk(packages, some, provided).every((key) => larger.has(key))).toBe(true);
      }),
    );
  });

  test('provided packages never add one, and are never in the result', () => {
    fc.assert(
      fc.property(anyCase, ([packages, some, , provided]) => {
        const full = new Set(walk(packages, some));
        const less = walk(packages, some, provided);
        expect(less.every((key) => full.has(key) && !provided.includes(key))).toBe(true);
      }),
    );
  });

  test('every member was asked for or is needed by a member, and the order of the request does not matter', () => {
    fc.assert(
      fc.property(anyCase, ([packages, some]) => {
        const state = makeState(packages);
        const { packages: members, reasons } = closure(state, { requested: some, provided: [] });
        for (const key of members) {
          const reason = reasons.get(key);
          if (reason === undefined) expect(some).toContain(key);
          else expect(state.packages.get(reason)?.depends.flat()).toContain(key);
        }
        expect(closure(state, { requested: some.toReversed(), provided: [] }).packages).toEqual(members);
      }),
    );
  });
});
