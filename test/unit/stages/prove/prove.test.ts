import { describe, expect, test } from 'vitest';
import type { RuntimeConfig } from '../../../../src/oci/types.ts';
import { collectFacts } from '../../../../src/stages/needs/index.ts';
import { prove } from '../../../../src/stages/prove/index.ts';
import { makeElf, type ElfSpec } from '../../../support/make-elf.ts';
import { dir, link, makeRootfs, program, type Node } from '../../../support/make-rootfs.ts';
import {
  debian,
  exe,
  findings,
  lib,
  libraries,
  lines,
  loader,
  type Nodes,
} from '../../../support/small-debian.ts';

test('an intact root has no findings', async () => {
  expect(await findings({}, { Cmd: ['sh'], User: 'www:web', WorkingDir: '/usr' })).toEqual([]);
});

describe('elf-interpreter', () => {
  test('names programs whose loader is gone, with what the image lacks', async () => {
    const [finding] = await findings({}, {}, [`usr${loader}`]);
    expect(finding).toEqual({
      code: 'elf-interpreter',
      severity: 'error',
      subject: '/usr/bin/dash',
      message: `needs the loader ${loader}, which is not in the image`,
      lacks: { kind: 'library', name: 'ld-linux-x86-64.so.2' },
    });
  });

  test('names loaders that are not executable, or for another processor', async () => {
    expect(
      await lines({
        'usr/bin/a': exe({ interpreter: '/lib/ld-a.so.1', needed: [] }),
        'usr/bin/b': exe({ interpreter: '/lib/ld-b.so.1', needed: [] }),
        'usr/lib/ld-a.so.1': lib(),
        'usr/lib/ld-b.so.1': program(lib({ machine: 183 })),
      }),
    ).toEqual([
      'elf-interpreter error: /usr/bin/a needs the loader /lib/ld-a.so.1, which is no executable file',
      'elf-interpreter error: /usr/bin/b needs the loader /lib/ld-b.so.1, which is not for the same processor',
    ]);
  });
});

test('programs for another processor that a package brought are warned of', async () => {
  const origin = { kind: 'package', name: 'x' } as const;
  const i386 = makeElf({ class: 32, machine: 3, interpreter: '/lib/ld-linux.so.2', needed: ['libc.so.6'] });
  const severities = async (changes: Nodes) => (await findings(changes)).map(({ severity }) => severity);
  expect(await severities({ 'usr/libexec/x': program(i386, origin) })).toEqual(['warning', 'warning']);
  expect(await severities({ 'srv/x': program(i386) })).toEqual(['error', 'error']);
});

describe('elf-needed', () => {
  const missing = (path: string, name: string) =>
    `elf-needed error: ${path} needs ${name}, which no folder of the library path holds`;

  test('names a library that is gone', async () => {
    expect(await findings({ 'usr/bin/x': exe({ needed: ['libgcc_s.so.1', 'libssl.so.3'] }) })).toMatchObject([
      { subject: '/usr/bin/x', lacks: { kind: 'library', name: 'libgcc_s.so.1' } },
      { subject: '/usr/bin/x', lacks: { kind: 'library', name: 'libssl.so.3' } },
    ]);
  });

  test('names a library whose link leads nowhere', async () => {
    expect(
      await lines({
        'usr/bin/x': exe({ needed: ['liba.so.1'] }),
        [`${libraries}/liba.so.1`]: link('liba.so.1.2'),
      }),
    ).toEqual([
      missing('/usr/bin/x', 'liba.so.1'),
      `symlink error: /${libraries}/liba.so.1 points to liba.so.1.2, but there is no /${libraries}/liba.so.1.2`,
    ]);
  });

  test('passes over libraries for another processor, and says so when there is no other', async () => {
    const i386 = lib({ class: 32, machine: 3 });
    const changes = { 'usr/bin/x': exe({ needed: ['liba.so.1'] }), [`${libraries}/liba.so.1`]: i386 };
    expect(await lines(changes)).toEqual([
      `elf-needed error: /usr/bin/x needs liba.so.1, and /${libraries}/liba.so.1 is not a library for the same processor`,
    ]);
    expect(await lines({ ...changes, 'usr/lib/liba.so.1': lib() })).toEqual([]);
  });

  const needsA: ElfSpec = { needed: ['liba.so.1'] };
  test.each<readonly [string, Nodes, RuntimeConfig]>([
    ['RPATH', { 'usr/bin/x': exe({ ...needsA, rpath: '/opt/a/lib' }), 'opt/a/lib/liba.so.1': lib() }, {}],
    [
      'RUNPATH with $ORIGIN',
      { 'srv/bin/x': exe({ ...needsA, runpath: '$ORIGIN/../lib' }), 'srv/lib/liba.so.1': lib() },
      {},
    ],
    [
      'RUNPATH with ${ORIGIN}',
      { 'srv/x': exe({ ...needsA, runpath: '${ORIGIN}' }), 'srv/liba.so.1': lib() },
      {},
    ],
    [
      '$LIB',
      { 'srv/x': exe({ ...needsA, runpath: '/srv/$LIB' }), 'srv/lib/x86_64-linux-gnu/liba.so.1': lib() },
      {},
    ],
    [
      'ld.so.conf and what it includes',
      {
        'usr/bin/x': exe(needsA),
        'etc/ld.so.conf': 'include /etc/ld.so.conf.d/*.conf\n',
        'etc/ld.so.conf.d/a.conf': '# mine\n/srv/lib # here\n',
        'srv/lib/liba.so.1': lib(),
      },
      {},
    ],
    [
      'LD_LIBRARY_PATH',
      { 'usr/bin/x': exe(needsA), 'srv/liba.so.1': lib() },
      { Env: ['LD_LIBRARY_PATH=/srv'] },
    ],
    [
      'a path with $ORIGIN',
      { 'srv/bin/x': exe({ needed: ['$ORIGIN/../lib/liba.so.1'] }), 'srv/lib/liba.so.1': lib() },
      {},
    ],
    ['a path', { 'usr/bin/x': exe({ needed: ['/srv/liba.so.1'] }), 'srv/liba.so.1': lib() }, {}],
    [
      'the RPATH of what loads it',
      {
        'usr/bin/x': exe({ needed: ['libb.so.1'], rpath: '/srv' }),
        'srv/libb.so.1': lib({ needed: ['liba.so.1'] }),
        'srv/liba.so.1': lib(),
      },
      {},
    ],
    [
      'the private folder of its package',
      {
        'usr/lib/jvm/java/lib/libjava.so': lib({ needed: ['libjvm.so'] }),
        'usr/lib/jvm/java/lib/server/libjvm.so': lib(),
      },
      {},
    ],
  ])('finds a library by %s', async (_how, changes, config) => {
    expect(await lines(changes, config)).toEqual([]);
  });

  test.each<readonly [string, Nodes]>([
    ['RPATH beside RUNPATH', { 'usr/bin/x': exe({ ...needsA, rpath: '/srv', runpath: '/opt/none' }) }],
    ['another package', { 'usr/lib/other/x': exe(needsA), 'usr/lib/x/liba.so.1': lib() }],
    ['a relative RUNPATH', { 'srv/x': exe({ ...needsA, runpath: '.' }) }],
  ])('does not find a library by %s', async (_how, changes) => {
    expect(await lines({ ...changes, 'srv/liba.so.1': lib() })).toEqual([
      missing(`/${Object.keys(changes)[0] ?? ''}`, 'liba.so.1'),
    ]);
  });

  test('hands down what counts of RPATH and RUNPATH with musl, and only RPATH with glibc', async () => {
    const nodes = (interpreter: string, c: string): Nodes => ({
      'usr/lib/ld-musl-x86_64.so.1': program(makeElf()),
      'usr/lib/libc.musl-x86_64.so.1': lib(),
      'usr/bin/x': exe({ interpreter, needed: [c, 'liba.so.1'], runpath: '/srv/lib' }),
      'srv/lib/liba.so.1': lib({ needed: [c, 'libb.so.1'] }),
      'srv/lib/libb.so.1': lib({ needed: [c] }),
    });
    expect(await lines(nodes('/lib/ld-musl-x86_64.so.1', 'libc.musl-x86_64.so.1'))).toEqual([]);
    expect(await lines(nodes(loader, 'libc.so.6'))).toEqual([
      'elf-needed error: /srv/lib/liba.so.1 needs libb.so.1, which no folder of the library path holds',
    ]);
  });

  test('tells what is linked to the C library that the image does not have', async () => {
    const interpreter = '/lib/ld-musl-x86_64.so.1';
    expect(await lines({ 'usr/bin/x': exe({ interpreter, needed: ['libc.musl-x86_64.so.1'] }) })).toEqual([
      `elf-interpreter error: /usr/bin/x needs the loader ${interpreter}, which is not in the image: it is linked to musl, and the image has glibc`,
    ]);
    const alpine = makeRootfs({
      'lib/ld-musl-x86_64.so.1': program(makeElf()),
      'usr/bin/x': exe({ needed: ['libc.so.6'] }),
    });
    const found = prove({ tree: alpine, facts: await collectFacts(alpine), config: {} });
    expect(found.map(({ message }) => message)).toEqual([
      `needs the loader ${loader}, which is not in the image: it is linked to glibc, and the image has musl`,
      'needs libc.so.6, which no folder of the library path holds: it is linked to glibc, and the image has musl',
    ]);
  });

  test('follows the path of musl: its own file, and names the loader answers itself', async () => {
    const interpreter = '/lib/ld-musl-x86_64.so.1';
    const musl: Nodes = {
      'usr/lib/ld-musl-x86_64.so.1': program(makeElf()),
      'usr/bin/x': exe({ interpreter, needed: ['libc.musl-x86_64.so.1', 'liba.so.1'] }),
    };
    expect(await lines({ ...musl, 'usr/local/lib/liba.so.1': lib() })).toEqual([]);
    expect(
      await lines({ ...musl, 'usr/local/lib/liba.so.1': lib(), 'etc/ld-musl-x86_64.path': '/srv\n' }),
    ).toEqual([missing('/usr/bin/x', 'liba.so.1')]);
  });
});

describe('shebang', () => {
  test('names scripts whose interpreter is gone', async () => {
    const changes = {
      'usr/bin/a': program('#!/usr/bin/perl -w\n'),
      'usr/bin/b': program('#!/usr/bin/env python3\n'),
      'usr/bin/c': program('#!/bin/sh\n'),
      'usr/bin/d': program('#!/etc/passwd\n'),
      'usr/lib/python3/mod.py': program('#!/usr/bin/python3\n'),
    };
    expect(await lines(changes)).toEqual([
      'shebang error: /usr/bin/a needs the interpreter /usr/bin/perl, which is not in the image',
      'shebang error: /usr/bin/b needs the interpreter python3, which no folder of PATH holds',
      'shebang error: /usr/bin/d needs the interpreter /etc/passwd, which is no executable file',
    ]);
    expect((await findings(changes)).map(({ lacks }) => lacks?.name)).toEqual([
      '/usr/bin/perl',
      'python3',
      '/etc/passwd',
    ]);
  });

  test('looks commands of env up in the PATH of the image', async () => {
    const changes = { 'srv/run': program('#!/usr/bin/env tool\n'), 'srv/tools/tool': exe() };
    expect(await lines(changes, { Env: ['PATH=/usr/bin:/srv/tools'] })).toEqual([]);
    expect(await lines(changes)).toHaveLength(1);
  });
});

describe('symlink', () => {
  test('names links to nothing, in a circle, and through files', async () => {
    expect(
      await lines({
        'etc/a': link('none'),
        'etc/b': link('c'),
        'etc/c': link('/etc/b'),
        'srv/d': link('/etc/passwd/x'),
      }),
    ).toEqual([
      'symlink error: /etc/a points to none, but there is no /etc/none',
      'symlink error: /etc/b points to c, which leads in a circle',
      'symlink error: /etc/c points to /etc/b, which leads in a circle',
      'symlink error: /srv/d points to /etc/passwd/x, but /etc/passwd is not a folder',
    ]);
  });

  test('accepts links to where things come at run time, and above the root', async () => {
    expect(
      await lines({
        'etc/mtab': link('../proc/self/mounts'),
        'etc/resolv': link('/run/resolv'),
        'var/run': link('/run'),
        'srv/pid': link('/var/run/x.pid'),
        'srv/up': link('../../../bin/sh'),
      }),
    ).toEqual([]);
  });

  test('only warns of links of packages that are neither command nor library', async () => {
    const origin = { kind: 'package', name: 'x' } as const;
    const to = (target: string): Node => ({ link: target, origin });
    expect(
      (
        await findings({
          'usr/share/x/src.zip': to('none'),
          'usr/bin/y': to('none'),
          'usr/share/z.so.1': to('none'),
        })
      ).map(({ subject, severity }) => [subject, severity]),
    ).toEqual([
      ['/usr/bin/y', 'error'],
      ['/usr/share/x/src.zip', 'warning'],
      ['/usr/share/z.so.1', 'error'],
    ]);
  });
});

describe('what a package came without, as its lists tell', () => {
  const origin = { kind: 'package', name: 'x' } as const;
  const changes: Nodes = {
    'usr/share/x/modules': { link: '../../lib/x/modules', origin },
    'usr/lib/x/plugin.so': { content: lib({ needed: ['libfancy.so.1'] }), origin },
    'etc/sv/x/run': program('#!/usr/bin/runit\n', origin),
    'usr/bin/x': program('#!/usr/bin/runit\n', origin),
  };
  const codes = async (shipped: readonly string[]) => {
    const tree = makeRootfs({ ...debian, ...changes });
    const facts = await collectFacts(tree);
    return prove({ tree, facts, config: {}, shipped: new Set(shipped) }).map(
      ({ code, subject }) => `${code} ${subject}`,
    );
  };

  test('is no finding but for commands', async () => {
    expect(await codes([])).toEqual(['shebang /usr/bin/x']);
  });

  test('is one when a package had it', async () => {
    expect(await codes(['usr/lib/x/modules', `${libraries}/libfancy.so.1`, 'usr/bin/runit'])).toEqual([
      'elf-needed /usr/lib/x/plugin.so',
      'shebang /etc/sv/x/run',
      'shebang /usr/bin/x',
      'symlink /usr/share/x/modules',
    ]);
  });

  test('is one where no list tells', async () => {
    expect((await findings(changes)).map(({ code }) => code)).toEqual([
      ...['elf-needed', 'shebang', 'shebang', 'symlink'],
    ]);
  });
});

test('user: names without a line are named, numbers are not', async () => {
  expect(await lines({}, { User: 'nobody:staff' })).toEqual([
    'user error: /etc/group USER names the group "staff", which has no line with a number in it',
    'user error: /etc/passwd USER names the user "nobody", which has no line with a number in it',
  ]);
  expect(await lines({}, { User: '1000:web' })).toEqual([]);
  const passwd = 'app:x:zz:1::/:/\n#web:x:5:5::/:/\n';
  for (const name of ['app', '#web']) {
    expect(await lines({ 'etc/passwd': passwd }, { User: name })).toEqual([
      `user error: /etc/passwd USER names the user "${name}", which has no line with a number in it`,
    ]);
  }
});

test('workdir: a missing one is a warning, a file an error', async () => {
  expect(await lines({ srv: dir }, { WorkingDir: '/srv/app' })).toEqual([
    'workdir warning: /srv/app is the WORKDIR, and not in the image: the engine makes it, for root',
  ]);
  expect(await lines({}, { WorkingDir: '/etc/passwd' })).toEqual([
    'workdir error: /etc/passwd is the WORKDIR, and no folder',
  ]);
});
