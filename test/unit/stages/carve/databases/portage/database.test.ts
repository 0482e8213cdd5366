import { describe, expect, test } from 'vitest';
import { portage } from '../../../../../../src/stages/carve/databases/portage/index.ts';
import { closure } from '../../../../../../src/stages/carve/closure.ts';

const variables = (folder: string, values: Readonly<Record<string, string>>): [string, string][] =>
  Object.entries({ SLOT: '0', CHOST: 'x86_64-pc-linux-gnu', repository: 'kubler-test', ...values }).map(
    ([name, value]) => [`/var/db/pkg/${folder}/${name}`, `${value}\n`],
  );

/** As Portage 3.0.82 wrote it. */
const contents = `dir /usr
dir /usr/lib
obj /usr/lib/lib greet.so.1 d311810bee79838e844557b52cddf9d3 1795279401
sym /usr/lib/libgreet.so -> lib greet.so.1 1795279401`;

const state = portage.parse(
  new Map([
    ['/var/db/pkg/.use-expand', 'PYTHON_TARGETS\n'],
    ['/etc/passwd', 'root:x:0:0::/root:/bin/sh\n'],
    ...variables('sys-libs/libc-1', { PROVIDES: 'x86_64: libc.so.6' }),
    ...variables('virtual/libc-1', { RDEPEND: '|| ( sys-libs/musl sys-libs/libc )' }),
    ...variables('dev-libs/greet-1.0', {
      ...{ SLOT: '1/1.0', RDEPEND: 'virtual/libc', LICENSE: 'MIT', CONTENTS: contents },
      ...{ BUILD_TIME: '1795279401', COUNTER: '7' },
    }),
    ...variables('dev-libs/greet-2.0-r1', { SLOT: '2', PDEPEND: 'app-misc/after' }),
    ...variables('app-misc/after-1', {}),
    ...variables('app-misc/linked-1', { REQUIRES: 'x86_64: libc.so.6 libm.so.6' }),
    ...variables('app-misc/hello-1.2', {
      ...{ RDEPEND: 'dev-libs/greet:1/1.0= !app-misc/rival' },
      ...{ IUSE: '+loud nls X python_targets_py3 python_targets_py4', USE: 'amd64 loud python_targets_py3' },
    }),
    ...variables('app-misc/-MERGING-broken', {}),
  ]),
);

const closed = (...requested: string[]): readonly string[] =>
  closure(state, { requested, provided: [] }).packages;

describe("Portage's database", () => {
  test('keys packages by name and, unless it is 0, slot', () => {
    expect([...state.packages.keys()]).toEqual([
      ...['sys-libs/libc', 'virtual/libc', 'dev-libs/greet:1', 'dev-libs/greet:2'],
      ...['app-misc/after', 'app-misc/linked', 'app-misc/hello'],
    ]);
  });

  test('tells version, architecture, licence, repository and USE flags with their groups', () => {
    expect(state.packages.get('app-misc/hello')).toMatchObject({
      version: '1.2',
      architecture: 'amd64',
      origin: 'kubler-test',
      flags: 'loud -X -nls PYTHON_TARGETS="py3 -py4"',
    });
    expect(state.packages.get('dev-libs/greet:1')?.licence).toBe('MIT');
  });

  test('lists what packages installed', () => {
    expect(state.files.get('dev-libs/greet:1')).toEqual([
      ...['usr', 'usr/lib', 'usr/lib/lib greet.so.1', 'usr/lib/libgreet.so'],
    ]);
  });

  test('follows RDEPEND with its slots and alternatives, PDEPEND, and linked libraries', () => {
    expect(closed('app-misc/hello')).toEqual([
      ...['app-misc/hello', 'dev-libs/greet:1', 'sys-libs/libc', 'virtual/libc'],
    ]);
    expect(closed('>=dev-libs/greet-1')).toEqual(['app-misc/after', 'dev-libs/greet:2']);
    expect(closed('linked')).toEqual(['app-misc/linked', 'sys-libs/libc']);
  });

  test('gives scanners what is the same in every build', () => {
    const files = state.scannerFiles(['dev-libs/greet:1'], []);
    expect([...files.keys()].map((path) => path.slice('var/db/pkg/dev-libs/greet-1.0/'.length))).toEqual([
      ...['CHOST', 'CONTENTS', 'LICENSE', 'RDEPEND', 'SLOT', 'repository'],
    ]);
    expect(files.get('var/db/pkg/dev-libs/greet-1.0/CONTENTS')).toBe(
      contents.replaceAll('1795279401', '0') + '\n',
    );
    const paths = state.scannerPathsOf({ name: 'dev-libs/greet:1', version: '1.0', architecture: 'amd64' });
    expect(paths).toEqual(expect.arrayContaining([...files.keys()]));
  });
});
