import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ImageDefinition } from '../../../../src/model/project.ts';
import { openLayout } from '../../../../src/oci/layout.ts';
import { assembleLayers, type AssembledLayers } from '../../../../src/pipeline/assemble/assemble-layers.ts';
import type { ParentImage } from '../../../../src/pipeline/build/parent-image.ts';
import type { Workspace } from '../../../../src/pipeline/workspace.ts';
import type { ImageStep } from '../../../../src/stages/image/index.ts';
import { collectFacts } from '../../../../src/stages/needs/index.ts';
import type { BuiltTree } from '../../../../src/store/index.ts';
import { makeElf } from '../../../support/make-elf.ts';
import { makeRootfs, program, type Node } from '../../../support/make-rootfs.ts';
import { useTempDir } from '../../../support/use-temp-dir.ts';
import { writeTree } from '../../../support/write-tree.ts';

const epoch = 1_700_000_000;
const cachePath = 'etc/ld.so.cache';
const login = 'me:password';

describe('the cache of the loader in assembleLayers', () => {
  const dir = useTempDir();
  const contextDir = join(dir, 'context');
  let workspace: Workspace;
  beforeAll(async () => {
    const tmpDir = join(dir, 'tmp');
    mkdirSync(tmpDir);
    const layout = await openLayout({ dir: join(dir, 'store'), tmpDir, withLock: (work) => work() });
    const openTempDir = () =>
      Promise.resolve({
        path: mkdtempSync(join(tmpDir, 'step-')),
        [Symbol.asyncDispose]: () => Promise.resolve(),
      });
    const none = () => Promise.resolve(undefined);
    workspace = {
      layout,
      layerCache: { read: none, write: none, prune: none },
      openTempDir,
    } as unknown as Workspace;
    writeTree(contextDir, { leak: `proxy = http://${login}@127.0.0.1:9\n`, word: 'the password of 1980' });
    writeTree(contextDir, { 'b.conf': '/opt/b\n', 'own.cache': 'mine', note: 'x' });
    writeFileSync(join(contextDir, 'libb.so.1'), makeElf({ soname: 'libb.so.1' }));
  });

  const at = { file: '/Dockerfile.template', line: 2, column: 1 };
  const rootfsStep: ImageStep = { kind: 'rootfs', at, createdBy: 'ADD' };
  const copy = (source: string, destination: string): ImageStep => ({
    ...{ kind: 'copy', sources: [source], destination, workdir: '/', at, createdBy: 'COPY' },
    ...{ documents: [], downloads: [], unpack: false, from: undefined, owner: undefined, mode: undefined },
  });
  const assemble = async (
    nodes: Readonly<Record<string, Node>>,
    steps: readonly ImageStep[],
    {
      parent: tree,
      deleted = [],
    }: { readonly parent?: BuiltTree; readonly deleted?: readonly string[] } = {},
  ): Promise<AssembledLayers> => {
    const rootfs = makeRootfs(nodes);
    // Its own folder may have changed since it was planned with.
    const settings = { network: { httpProxy: `http://${login}@127.0.0.1:9` } };
    const definition = { id: 'acme/app', dir: '/changed', keep: [], settings } as unknown as ImageDefinition;
    const plan = { steps, config: {}, author: undefined, warnings: [] };
    const parent =
      tree &&
      ({ tree, config: { rootfs: { diff_ids: [] } }, manifest: { layers: [] } } as unknown as ParentImage);
    return assembleLayers(workspace, {
      ...{ plan, definition, contextDir, epoch, builder: '', forced: false },
      ...{ rootfs, facts: await collectFacts(rootfs), deleted, parent },
    });
  };
  /** Libraries named by the cache of a tree; undefined when it has none. */
  const cached = ({ tree }: AssembledLayers): readonly string[] | undefined => {
    const entry = tree.rootfs.get(cachePath);
    if (entry?.type !== 'file') return undefined;
    if (entry.content.kind !== 'bytes') return [`${entry.content.kind} of ${entry.size} bytes`];
    return Buffer.from(entry.content.bytes)
      .toString('latin1')
      .split('\0')
      .filter((text) => text.startsWith('/') && text.includes('.so'));
  };

  const base = {
    'usr/bin/x': program(makeElf({ interpreter: '/lib64/ld-linux-x86-64.so.2' })),
    'etc/ld.so.conf': 'include /etc/ld.so.conf.d/*.conf\n',
  };
  const liba = makeElf({ soname: 'liba.so.1' });
  const withA = { ...base, 'etc/ld.so.conf.d/a.conf': '/opt/a\n', 'opt/a/liba.so.1': liba };
  const copyB = [copy('libb.so.1', '/opt/b/'), copy('b.conf', '/etc/ld.so.conf.d/')];

  it('speaks of libraries and folders that come by COPY', async () => {
    const made = await assemble(base, [rootfsStep, ...copyB]);
    expect(cached(made)).toEqual(['/opt/b/libb.so.1']);
    const [, , last] = made.layers;
    expect(last?.files).toBeGreaterThan(1);
  });

  it('is the same for what comes in one layer or in several', async () => {
    const libb = makeElf({ soname: 'libb.so.1' });
    const whole = { ...withA, 'etc/ld.so.conf.d/b.conf': '/opt/b\n', 'opt/b/libb.so.1': libb };
    const [several, one] = [
      await assemble(withA, [rootfsStep, ...copyB]),
      await assemble(whole, [rootfsStep]),
    ];
    expect(cached(several)).toEqual(['/opt/b/libb.so.1', '/opt/a/liba.so.1']);
    expect(several.tree.rootfs.get(cachePath)).toEqual(one.tree.rootfs.get(cachePath));
  });

  it('is in a child with the libraries of both, and without those that are gone', async () => {
    const parent = (await assemble(withA, [rootfsStep])).tree;
    expect(cached(await assemble({}, copyB, { parent }))).toEqual(['/opt/b/libb.so.1', '/opt/a/liba.so.1']);
    const gone = await assemble({}, [rootfsStep], { parent, deleted: ['opt/a/liba.so.1'] });
    expect(cached(gone)).toEqual([]);
    expect(gone.layers[0]).toBeDefined();
  });

  it('is in no layer that changes nothing of it', async () => {
    const parent = (await assemble(withA, [rootfsStep])).tree;
    const { layers } = await assemble({}, [rootfsStep, copy('note', '/')], { parent });
    expect(layers.map((layer) => layer?.files)).toEqual([undefined, 1]);
  });

  it('is not looked at where COPY brings an address of a proxy with its password: an error', async () => {
    await expect(
      assemble(base, [rootfsStep, copy('word', '/'), copy('leak', '/etc/')]),
    ).rejects.toMatchObject({
      code: 'PRUNE_SECRET',
      message: 'cannot put "/etc/leak" into acme/app: it holds a secret of a proxy',
      at,
    });
  });

  it('is left as the Dockerfile copies it', async () => {
    const made = await assemble(withA, [rootfsStep, copy('own.cache', `/${cachePath}`), ...copyB]);
    expect(cached(made)).toEqual(['slice of 4 bytes']);
  });
});
