import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { toRootfs, type Rootfs } from '../../src/model/tree-entry.ts';
import { openLayout } from '../../src/oci/layout.ts';
import { finishCarve, planCarve, scannerData } from '../../src/stages/carve/index.ts';
import { assembleImage, copyTree, fromText, makeDirectory } from '../../src/stages/image/index.ts';
import { diffTrees, normalise, writeLayer } from '../../src/stages/layer/index.ts';
import { formatVersions } from '../../src/stages/plan/step-key.ts';
import { buildLdCache, collectFacts } from '../../src/stages/needs/index.ts';
import { prune } from '../../src/stages/prune/index.ts';
import { pruneRules } from '../../src/stages/prune/rules/table.ts';
import { makeElf } from '../support/make-elf.ts';
import { planImage } from '../support/plan-image.ts';
import { dir, link, makeRootfs, program } from '../support/make-rootfs.ts';
import { useTempDir } from '../support/use-temp-dir.ts';
import { makeListing, makeState } from './stages/carve/support.ts';

/**
 * What is made of fixed inputs, by version of the kind of step: bytes that change under the same version would leave what
 * an older Kubler made in use. When a test fails because bytes are meant to change: raise the version in
 * `src/stages/plan/step-key.ts`, and add what the failure shows under the new version. Lines of versions in use stay.
 */
const golden = JSON.parse(readFileSync(join(import.meta.dirname, 'format-versions.json'), 'utf8')) as Record<
  string,
  Record<string, unknown>
>;

const epoch = 1_700_000_000;
const at = { file: 'Dockerfile.template', line: 1, column: 1 };
const digest = (value: unknown): string =>
  createHash('sha256')
    .update(typeof value === 'string' ? value : JSON.stringify(value))
    .digest('hex')
    .slice(0, 16);
const describeTree = (tree: Rootfs): unknown =>
  [...tree.values()].map(({ xattrs, ...entry }) => {
    const content =
      entry.type === 'file' && entry.content.kind === 'bytes' ? digestBytes(entry.content.bytes) : '';
    return { ...entry, xattrs: [...xattrs], content };
  });
const digestBytes = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

const origin = { kind: 'package', name: 'app' } as const;
const files = {
  bin: link('usr/bin'),
  'usr/bin/app': program(
    makeElf({ interpreter: '/lib64/ld-linux-x86-64.so.2', needed: ['libx.so.1'] }),
    origin,
  ),
  'usr/bin/again': { content: 'one', inode: 7 },
  'usr/bin/same': { content: 'one', inode: 7 },
  'usr/bin/suid': { content: 'x', mode: 0o4755 },
  'opt/x/libx.so.1': makeElf({ soname: 'libx.so.1' }),
  'etc/ld.so.conf': 'include /etc/ld.so.conf.d/*.conf\n',
  'etc/ld.so.conf.d/x.conf': '/opt/x\n',
  'etc/machine-id': 'x\n',
  'usr/share/doc/app/copyright': { content: 'free', origin },
  'usr/share/doc/app/changelog.gz': { content: 'x', origin },
  'usr/share/man/man1/app.1.gz': { content: 'x', origin },
  'usr/share/locale/de/LC_MESSAGES/app.mo': { content: 'x', origin },
  'usr/include/app.h': { content: 'x', origin },
  'usr/lib/libapp.a': { content: 'x', origin },
  'var/lib/dpkg/status': 'x',
  'var/cache/apt/pkgcache.bin': 'x',
  [`srv/${'deep/'.repeat(30)}ünïcode`]: 'long',
  srv: dir,
} as const;
const tree = makeRootfs(files);

const accounts = {
  passwd: 'root:x:0:0:root:/root:/bin/bash\nwww:x:33:33::/srv:/usr/sbin/nologin\nmail:x:8:8::/:\n',
  group: 'root:x:0:\nwww:x:33:\nmail:x:8:www\n',
  shadow: 'root:*:20000:0:99999:7:::\nwww:*:20000:0:99999:7:::\nmail:*:20000:0:99999:7:::\n',
  gshadow: 'root:*::\nwww:*::\nmail:*::www\n',
};

function carve(): unknown {
  const base = [
    'l lib -> usr/lib',
    'f usr/lib/libc.so.6',
    'f etc/passwd',
    'f etc/group',
    'f usr/bin/dash',
    'd tmp',
  ];
  const added = ['f usr/bin/app', 'f usr/share/doc/app/copyright', 'f etc/made', 'f var/lib/dpkg/status #2'];
  const state = makeState({
    libc6: {
      files: ['/lib', '/lib/libc.so.6'],
      md5sums: 'd41d8cd98f00b204e9800998ecf8427e  lib/libc.so.6\n',
    },
    dash: { files: ['/bin/dash'], depends: 'libc6' },
    app: { files: ['/usr/bin/app', '/usr/share/doc/app/copyright'], depends: 'libc6, gone | dash' },
  });
  const plan = planCarve({
    ...{ mode: 'packages', state, requested: ['app'], provided: [], keep: ['/usr/bin/dash'] },
    ...{ before: makeListing(base), after: makeListing([...base, ...added]) },
  });
  const kept = toRootfs([...makeRootfs({ 'etc/passwd': '', 'etc/group': '', 'usr/bin/app': 'x' }).values()]);
  const rootfs = finishCarve({
    rootfs: kept,
    plan,
    accounts: { start: accounts, end: accounts },
    user: 'www',
    hooks: new Map(),
    epoch,
  });
  const scanned = scannerData({ packages: plan.packages, all: plan.packages, state, rootfs, epoch });
  return [plan.paths, [...plan.owners], plan.deleted, describeTree(rootfs), describeTree(toRootfs(scanned))];
}

function pruned(): unknown {
  const rules = pruneRules.map(({ name, mode, keptBy, remove, except, leavesFolders }) => [
    ...[name, mode, keptBy, remove, except, leavesFolders],
  ]);
  const options = {
    rules: [],
    keep: [],
    keepHeaders: false,
    keepStaticLibs: false,
    protect: new Set<string>(),
  };
  const { rootfs, receipts } = prune(tree, options);
  return [rules, describeTree(rootfs), receipts];
}

const dockerfile = `FROM scratch
ARG v=1
ENV A="a b" B=$v
LABEL one="two words"
ADD rootfs.tar /
EXPOSE 80 53/udp
VOLUME /data
USER www
WORKDIR /srv
WORKDIR deep
SHELL ["/bin/dash", "-c"]
STOPSIGNAL SIGQUIT
HEALTHCHECK --interval=5s --retries=2 CMD curl localhost
ONBUILD RUN true
RUN echo $A
ENTRYPOINT ["/bin/app"]
CMD echo $A
`;

describe('the bytes of images change with the version of their keys only:', () => {
  const temp = useTempDir();
  const openStore = async (name: string) => {
    const tmpDir = join(temp, name, 'tmp');
    mkdirSync(tmpDir, { recursive: true });
    return {
      layout: await openLayout({ dir: join(temp, name), tmpDir, withLock: (work) => work() }),
      tmpDir,
    };
  };
  const config = async (): Promise<string> => {
    const { layout } = await openStore('config');
    const plan = planImage({ text: dockerfile, rootfs: 'required' });
    const sha = (digit: string) => `sha256:${digit.repeat(64)}` as const;
    const layers = plan.steps
      .filter(({ kind }) => kind !== 'config')
      .map((_, index) => ({ digest: sha(String(index)), diffId: sha('a'), sizeBytes: 1 }));
    const image = await assembleImage({ layout, plan, layers, epoch, architecture: 'amd64' });
    return `${image.configDigest} ${image.manifestDescriptor.digest}`;
  };
  const layerOf = async (name: string, added: Rootfs, gone: readonly string[] = []): Promise<string> => {
    const below = makeRootfs({ 'usr/bin/gone': 'x', etc: dir });
    const layer = diffTrees(below, normalise(added, epoch), new Set(gone));
    return (await writeLayer({ ...layer, ...(await openStore(name)), epoch })).diffId;
  };

  it('image', async () => {
    const cache = buildLdCache(tree, await collectFacts(tree));
    expect({
      carve: digest(carve()),
      prune: digest(pruned()),
      cache: digest(cache ? describeTree(toRootfs([cache])) : 'none'),
      layer: digest(await layerOf('layer', tree, ['usr/bin/gone'])),
      config: digest(await config()),
    }).toEqual(golden['image']?.[formatVersions['image'] ?? '']);
  });

  it('layer', async () => {
    const place = { destination: '/etc/app/', workdir: '/', tree, epoch, at };
    const sources = [fromText('note', 'a text\n', epoch), fromText('other', '', epoch)];
    const copied = copyTree({ ...place, sources, owner: { uid: 7, gid: 8 }, mode: 0o640 });
    const step = { kind: 'directory', path: '/srv/own', user: '', at, createdBy: '' } as const;
    expect({
      copy: digest(await layerOf('copy', copied)),
      directory: digest(await layerOf('directory', makeDirectory({ step, tree, uid: 5, gid: 6, epoch }))),
    }).toEqual(golden['layer']?.[formatVersions['layer'] ?? '']);
  });
});
