import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { countTree } from '../../../../../src/model/count-removed.ts';
import { toRootfs, type Origin } from '../../../../../src/model/tree-entry.ts';
import type { RuntimeConfig } from '../../../../../src/oci/types.ts';
import { reach, type ReachOptions } from '../../../../../src/stages/carve/index.ts';
import { collectFacts } from '../../../../../src/stages/needs/index.ts';
import { prove } from '../../../../../src/stages/prove/index.ts';
import { makeElf, type ElfSpec } from '../../../../support/make-elf.ts';
import { makeRootfs, program, type Node } from '../../../../support/make-rootfs.ts';

type Nodes = Readonly<Record<string, Node>>;
const folder = 'usr/lib/x86_64-linux-gnu';
const loader = '/lib64/ld-linux-x86-64.so.2';
const of = (name: string): Origin => ({ kind: 'package', name });
const file = (content: string | Uint8Array, owner: string): Node => ({ content, origin: of(owner) });
const exe = (owner: string, spec: ElfSpec = {}): Node =>
  program(makeElf({ interpreter: loader, needed: ['libc.so.6'], ...spec }), of(owner));
const linkOf = (target: string, owner?: string): Node => ({
  link: target,
  ...(owner !== undefined && { origin: of(owner) }),
});

/** A web server with a module, a tool and a library only that needs, and what its packages bring besides. */
const server: Nodes = {
  bin: linkOf('usr/bin'),
  lib: linkOf('usr/lib'),
  lib64: linkOf('usr/lib64'),
  sbin: linkOf('usr/sbin'),
  [`usr${loader}`]: linkOf('/lib/x86_64-linux-gnu/ld.so', 'libc6'),
  [`${folder}/ld.so`]: program(makeElf(), of('libc6')),
  [`${folder}/libc.so.6`]: file(makeElf({ soname: 'libc.so.6' }), 'libc6'),
  [`${folder}/libm.so.6`]: file(makeElf({ soname: 'libm.so.6' }), 'libc6'),
  'etc/ld.so.conf.d/x.conf': file('/lib/x86_64-linux-gnu\n', 'libc6'),
  'usr/share/doc/libc6/copyright': file('LGPL', 'libc6'),
  'usr/sbin/serve': exe('serve', { needed: ['libc.so.6', 'libz.so.1'] }),
  [`${folder}/libz.so.1`]: linkOf('libz.so.1.3', 'zlib'),
  [`${folder}/libz.so.1.3`]: file(makeElf({ soname: 'libz.so.1' }), 'zlib'),
  'usr/share/doc/zlib': linkOf('zlib-base', 'zlib'),
  'usr/share/doc/zlib-base/copyright': file('Zlib', 'zlib-base'),
  'usr/lib/serve/mod_a.so': file(makeElf({ needed: ['libm.so.6'] }), 'serve'),
  'usr/lib/serve/mod_b.so': file(makeElf(), 'serve'),
  'etc/serve/serve.conf': file('listen 80', 'serve-common'),
  'etc/serve/sites-enabled/default': linkOf('../sites-available/default'),
  'etc/serve/sites-available/default': file('site', 'serve-common'),
  'etc/init.d/serve': program('#!/bin/sh\n', of('serve-common')),
  'etc/logrotate.d/serve': file('weekly', 'serve-common'),
  'usr/bin/tool': exe('tool', { needed: ['libbig.so.1'] }),
  [`${folder}/libbig.so.1`]: file(makeElf({ soname: 'libbig.so.1' }), 'libbig'),
  'etc/tool.conf': file('tool', 'tool'),
  'usr/share/doc/tool/copyright': file('GPL', 'tool'),
  'etc/alternatives/tool': linkOf('/usr/bin/tool'),
  'srv/index.html': 'made by a hook',
};

const pulledBy = new Map([
  ['serve', undefined],
  ['serve-common', 'serve'],
  ['zlib', 'serve'],
  ['libc6', 'serve'],
  ['tool', 'serve'],
  ['libbig', 'tool'],
]);

async function cut(changes: Nodes = {}, options: Partial<ReachOptions> = {}) {
  const rootfs = makeRootfs({ ...server, ...changes });
  const facts = await collectFacts(rootfs);
  const config: RuntimeConfig = { Cmd: ['/usr/sbin/serve'] };
  const given = {
    rootfs,
    tree: rootfs,
    facts,
    config,
    copied: [],
    parent: new Map(),
    reach: [],
    keep: [],
    pulledBy,
    ...options,
  };
  return { rootfs, facts, result: reach(given) };
}

const filesOf = ({ result }: Awaited<ReturnType<typeof cut>>): readonly string[] =>
  [...result.rootfs.values()].filter(({ type }) => type !== 'directory').map(({ path }) => path);

describe('reach', () => {
  test('keeps what the command loads, its configuration and licences, and what was made', async () => {
    const done = await cut();
    expect(filesOf(done)).toEqual(
      [
        'etc/ld.so.conf.d/x.conf',
        'etc/serve/serve.conf',
        'etc/serve/sites-available/default',
        'etc/serve/sites-enabled/default',
        'lib',
        'lib64',
        'sbin',
        'srv/index.html',
        `${folder}/ld.so`,
        `${folder}/libc.so.6`,
        `${folder}/libz.so.1`,
        `${folder}/libz.so.1.3`,
        `usr${loader}`,
        'usr/sbin/serve',
        'usr/share/doc/libc6/copyright',
        'usr/share/doc/zlib',
        'usr/share/doc/zlib-base/copyright',
      ].sort(),
    );
    expect([...done.result.packages].sort()).toEqual(['libc6', 'serve', 'serve-common', 'zlib', 'zlib-base']);
  });

  test('says why each file is there, and what is not, by package', async () => {
    const { result, rootfs } = await cut();
    expect(result.rootfs.get('usr/sbin/serve')?.reason).toEqual({ how: 'CMD' });
    expect(result.rootfs.get(`${folder}/libz.so.1.3`)?.reason).toEqual({
      ...{ from: 'usr/sbin/serve', how: 'library libz.so.1' },
    });
    expect(result.rootfs.get('etc/serve/serve.conf')?.reason).toEqual({
      how: 'configuration of serve-common',
    });
    expect(result.leftOut.map((each) => [each.package, each.files])).toEqual(
      expect.arrayContaining([
        ['tool', 3],
        ['libbig', 1],
        ['serve', 2],
        ['serve-common', 2],
      ]),
    );
    const left = result.leftOut.reduce((sum, { bytes }) => sum + bytes, 0);
    expect(countTree(rootfs).bytes - countTree(result.rootfs).bytes).toBe(left);
  });

  test('goes on from what REACH and KEEP name, a folder standing for what is in it', async () => {
    const named = filesOf(await cut({}, { reach: ['usr/lib/serve/mod_a.so'] }));
    expect(named).toEqual(expect.arrayContaining(['usr/lib/serve/mod_a.so', `${folder}/libm.so.6`]));
    expect(named).not.toContain('usr/lib/serve/mod_b.so');
    expect(filesOf(await cut({}, { keep: ['/usr/lib/serve'] }))).toContain('usr/lib/serve/mod_b.so');
    expect(filesOf(await cut({}, { reach: ['usr/bin/tool'] }))).toEqual(
      expect.arrayContaining(['bin', `${folder}/libbig.so.1`, 'etc/tool.conf', 'etc/alternatives/tool']),
    );
  });

  test('warns of a glob that names nothing', async () => {
    const { result } = await cut({}, { reach: ['usr/bin/tool', 'usr/nothing/**'] });
    expect(result.findings.map(({ message }) => message)).toEqual(['names nothing by "usr/nothing/**"']);
  });

  test('goes on from arguments that are paths, the health check, WORKDIR and VOLUME', async () => {
    const changes = { 'var/lib/data/x': file('x', 'tool'), 'usr/share/app.py': file('print()', 'tool') };
    const config = {
      ...{ Entrypoint: ['serve'], Cmd: ['/usr/share/app.py'], WorkingDir: '/var/lib/data' },
      Healthcheck: { Test: ['CMD', '/usr/bin/tool'] },
    };
    const done = await cut(changes, { config });
    expect(filesOf(done)).toEqual(
      expect.arrayContaining(['usr/sbin/serve', 'usr/bin/tool', 'usr/share/app.py']),
    );
    expect(done.result.rootfs.has('var/lib/data')).toBe(true);
  });

  test.each<RuntimeConfig>([
    { Cmd: ['/bin/sh', '-c', 'exec serve -g x'] },
    { Entrypoint: ['/usr/bin/tini', '--'], Cmd: ['serve'] },
    { Healthcheck: { Test: ['CMD-SHELL', '/usr/sbin/serve -t || exit 1'] } },
  ])('goes on from what a shell or an init starts: %j', async (config) => {
    const done = await cut({ 'usr/bin/sh': exe('dash'), 'usr/bin/tini': exe('tini') }, { config });
    expect(filesOf(done)).toEqual(expect.arrayContaining(['usr/sbin/serve', `${folder}/libz.so.1.3`]));
  });

  test('never leaves out what it changes of its parent', async () => {
    const parent = makeRootfs({ 'usr/lib/serve/mod_b.so': 'older' });
    expect(filesOf(await cut({}, { parent }))).toContain('usr/lib/serve/mod_b.so');
  });

  test('keeps links that hooks made, wherever they lead', async () => {
    expect(filesOf(await cut({ 'etc/app.conf': linkOf('/data/app.conf') }))).toContain('etc/app.conf');
  });

  test('does not warn of a glob that names what is reached anyway', async () => {
    expect((await cut({}, { reach: ['usr/sbin/serve', 'usr/sbin/*'] })).result.findings).toEqual([]);
  });

  test('goes on from what the Dockerfile copies, and from nothing of the parent that is there already', async () => {
    const rootfs = makeRootfs(server);
    const added = makeRootfs({ 'app/start': program('#!/usr/bin/tool\n') });
    const tree = toRootfs([...rootfs.values(), ...added.values()]);
    const facts = new Map([...(await collectFacts(rootfs)), ...(await collectFacts(added))]);
    const config = { Cmd: ['/app/start'] };
    const { result } = await cut({}, { tree, facts, copied: added.keys(), config });
    expect(result.rootfs.has('usr/bin/tool')).toBe(true);
    expect(result.rootfs.has('app/start')).toBe(false);
    expect(result.rootfs.has('usr/sbin/serve')).toBe(false);
  });
});

test('what is left proves as well as the whole did, and the sums are right, whatever is named', async () => {
  const paths = Object.keys(server).filter((path) => !path.startsWith('etc/init.d'));
  await fc.assert(
    fc.asyncProperty(fc.subarray(paths), fc.subarray(paths), async (entry, named) => {
      const config = entry[0] === undefined ? {} : { Cmd: [`/${entry[0]}`] };
      const { rootfs, facts, result } = await cut({}, { reach: named, config });
      const textOf = (tree: typeof rootfs) =>
        prove({ tree, facts, config }).map((each) => `${each.code} ${each.subject} ${each.message}`);
      const known = new Set(textOf(rootfs));
      expect(textOf(result.rootfs).filter((each) => !known.has(each))).toEqual([]);
      const left = result.leftOut.reduce((sum, { bytes }) => sum + bytes, 0);
      expect(countTree(rootfs).bytes - countTree(result.rootfs).bytes).toBe(left);
      for (const { reason } of result.rootfs.values())
        if (reason?.from !== undefined) expect(result.rootfs.has(reason.from)).toBe(true);
    }),
    { numRuns: 60 },
  );
});
