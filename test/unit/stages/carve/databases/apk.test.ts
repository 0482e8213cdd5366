import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { closure } from '../../../../../src/stages/carve/closure.ts';
import { apk, parseApkDatabase } from '../../../../../src/stages/carve/databases/apk.ts';
import { planCarve } from '../../../../../src/stages/carve/index.ts';
import { makeListing } from '../support.ts';

describe.each(['apk2', 'apk3'])('the database of %s', (version) => {
  const text = readFileSync(join(import.meta.dirname, 'recorded', `installed-${version}.txt`), 'utf8');
  const state = parseApkDatabase(text);

  it('tells packages, with what they need, and their files', () => {
    const { stanza, ...daemon } = state.packages.get('daemon') ?? { stanza: '' };
    expect(daemon).toEqual({
      ...{ name: 'daemon', version: '0.5-r1', architecture: 'x86_64', licence: 'MIT', provides: [] },
      depends: [['greet'], ['/bin/sh']],
    });
    expect(stanza.startsWith('C:Q1')).toBe(true);
    expect(state.packages.get('musl')?.provides).toEqual(['so:libc.musl-x86_64.so.1']);
    expect(state.files.get('greet')).toEqual([
      ...['usr', 'usr/bin', 'usr/bin/greet', 'usr/share', 'usr/share/greet', 'usr/share/greet/plugins'],
      'usr/share/greet/plugins/a',
    ]);
  });

  it('gives the closure of what is asked for, by names and by what they provide', () => {
    const walk = (...requested: readonly string[]) => closure(state, { requested, provided: [] }).packages;
    expect(walk('greet>1')).toEqual(['greet', 'libgreet', 'musl']);
    expect(walk('daemon')).toEqual(['busybox', 'daemon', 'greet', 'libgreet', 'musl']);
    expect(walk('so:libgreet.so.1')).toEqual(['libgreet', 'musl']);
    expect(closure(state, { requested: ['daemon'], provided: ['busybox'] }).packages).not.toContain(
      'busybox',
    );
  });

  it('is cut to the packages of an image', () => {
    const [[path, cut] = ['', '']] = state.scannerFiles([], ['musl', 'greet']);
    expect(path).toBe('lib/apk/db/installed');
    const again = parseApkDatabase(cut);
    expect([...again.packages.keys()]).toEqual(['musl', 'greet']);
    expect(again.packages.get('greet')).toEqual(state.packages.get('greet'));
    expect(text).toContain(cut.split('\n\n')[0]);
  });
});

it('is found where /lib is a link, too', () => {
  const text = 'P:jq\nV:1\nA:x86_64\n\n';
  const state = apk.parse(
    new Map([
      ['/lib/apk/db/installed', text],
      ['/usr/lib/apk/db/installed', text],
    ]),
  );
  expect([...state.scannerFiles([], ['jq'])]).toEqual([['usr/lib/apk/db/installed', text]]);
});

/** `P:`, `D:` … of packages, one string each. */
const database = (...packages: readonly string[]) =>
  parseApkDatabase(packages.map((each) => `${each.split('; ').join('\n')}\n\n`).join(''));

describe('what comes along with others', () => {
  const state = database('P:jq', 'P:docs', 'P:jq-doc; i:docs jq=1.7-r0', 'P:doc-tool; D:jq-doc');
  const walk = (requested: readonly string[], provided: readonly string[] = []) =>
    closure(state, { requested, provided }).packages;

  it('is there when all of them are', () => {
    expect(walk(['jq'])).toEqual(['jq']);
    expect(walk(['jq', 'docs'])).toEqual(['docs', 'jq', 'jq-doc']);
    expect(walk(['docs'], ['jq'])).toEqual(['docs', 'jq-doc']);
  });

  it('is not there when it is declared to be elsewhere, or only others are', () => {
    expect(walk(['jq', 'docs'], ['jq-doc'])).toEqual(['docs', 'jq']);
    expect(walk([], ['jq', 'docs'])).toEqual([]);
  });
});

it('of any text is read to its end, and closures of it are closed', () => {
  const name = fc.constantFrom('a', 'b', 'c', 'd', 'so:x', 'cmd:y', '/bin/sh');
  const field = fc.tuple(fc.constantFrom('D', 'p', 'i'), fc.array(name, { maxLength: 4 }));
  const item = fc.tuple(fc.constantFrom('a', 'b', 'c', 'd'), fc.array(field, { maxLength: 4 }));
  fc.assert(
    fc.property(fc.array(item), fc.string(), (items, noise) => {
      const blocks = items.map(([own, fields]) =>
        [`P:${own}`, ...fields.map(([letter, names]) => `${letter}:${names.join(' ')}`)].join('; '),
      );
      const state = database(...blocks, noise);
      const requested = [...state.packages.keys()].slice(0, 2);
      const { packages } = closure(state, { requested, provided: [] });
      const kept = new Set(packages);
      const providers = (wanted: string) =>
        [...state.packages.values()].filter(
          ({ name, provides }) => name === wanted || provides.includes(wanted),
        );
      for (const key of packages)
        for (const [wanted = ''] of state.packages.get(key)?.depends ?? []) {
          const found = providers(wanted);
          expect(found.length === 0 || found.some(({ name }) => kept.has(name))).toBe(true);
        }
    }),
  );
});

it('leaves the shell that scripts ran with behind, with its links, and apk itself', () => {
  const state = database(
    'P:busybox; F:bin; R:busybox; R:sh',
    'P:apk-tools; F:sbin; R:apk',
    'P:jq; F:usr; F:usr/bin; R:jq',
  );
  const before = [
    'f bin/busybox',
    'l bin/sh -> /bin/busybox',
    'l bin/ls -> /bin/busybox',
    'f sbin/apk',
    'f etc/passwd',
    'd var/cache/apk',
    'f lib/apk/db/installed',
  ];
  const options = {
    ...{ mode: 'packages' as const, state, before: makeListing(before), provided: [], keep: [] },
    after: makeListing([
      ...before,
      ...['f usr/bin/jq', 'l usr/bin/test -> ../../bin/busybox', 'l linuxrc -> bin/busybox', 'f etc/jq.conf'],
      ...['f etc/apk/world', 'f lib/apk/db/installed', 'f lib/apk/db/triggers'],
    ]),
  };
  expect(planCarve({ ...options, requested: ['jq'] }).paths).toEqual([
    ...['etc', 'etc/jq.conf', 'etc/passwd', 'usr', 'usr/bin', 'usr/bin/jq'],
  ]);
  expect(planCarve({ ...options, requested: ['jq', 'busybox'] }).paths).toEqual(
    expect.arrayContaining(['bin/busybox', 'bin/sh', 'linuxrc', 'usr/bin/test']),
  );
});
