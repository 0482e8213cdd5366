import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, it } from 'vitest';
import { systemClock } from '../../../../../../src/adapters/system/clock.ts';
import { createDownloader } from '../../../../../../src/adapters/system/downloader.ts';
import type { ExecSpec, Session } from '../../../../../../src/ports/engine.ts';
import { targetRootPath } from '../../../../../../src/ports/engine.ts';
import type { BuildContext } from '../../../../../../src/stages/builder/build-step.ts';
import { createProcessRunner } from '../../../../../../src/adapters/system/process-runner.ts';
import { freezeIndex } from '../../../../../../src/stages/builder/package-managers/apk/freeze-index.ts';
import { openApkInstaller } from '../../../../../../src/stages/builder/package-managers/apk/installer.ts';
import {
  ownRoot,
  type Installer,
} from '../../../../../../src/stages/builder/package-managers/package-manager.ts';
import { makeApkKey, writeApkRepository } from '../../../../../support/apk-repository.ts';
import { apkArchitecture } from '../../../../../support/make-apk.ts';
import { plainSettings as settings } from '../../../../../support/make-project.ts';
import { useTempDir } from '../../../../../support/use-temp-dir.ts';
import { writeTree } from '../../../../../support/write-tree.ts';

const dir = useTempDir();
const key = makeApkKey('builder');
const signal = new AbortController().signal;
const noProxies = { httpProxy: undefined, httpsProxy: undefined, noProxy: undefined };
const downloader = createDownloader({ proxies: noProxies, caFile: undefined, signal });
const runner = createProcessRunner({ signal });
const recorded = (name: string): string => readFileSync(join(import.meta.dirname, 'recorded', name), 'utf8');

let calls: string[][];
let outputs: string[];
let installer: Installer;
let sessionDir: string;
let number = 0;

/** A session that answers with `outputs` in turn. */
const session: Session = {
  exec: (spec: ExecSpec) => {
    calls.push([spec.root, ...spec.argv, ...(spec.targetReadOnly ? ['(read-only)'] : [])]);
    expect(spec.network).toBe('none');
    return Promise.resolve({ exitCode: 0, stdout: outputs.shift() ?? '' });
  },
  commit: () => Promise.resolve(),
  keep: () => Promise.resolve(new Map()),
  [Symbol.asyncDispose]: () => Promise.resolve(),
};
const context: BuildContext = {
  ...{ session, subject: 'acme/greet', configDir: dir, hookEnv: {}, logDir: join(dir, 'logs') },
  ...{ secrets: [], progress: () => undefined },
};

const versions = {
  ...{ docs: '1-r0', musl: '1.2.3-r4', libgreet: '1.0-r0', greet: '2.1-r3', 'greet-doc': '2.1-r3' },
  ...{ 'mta-b': '1-r0', plugins: '1-r0', 'plugin-b': '1-r0', bash: '5-r0' },
};

const open = async (more: readonly string[]): Promise<void> => {
  const repository = join(dir, `repository-${++number}`);
  const specs = Object.entries(versions).map(([name, version]) => ({ name, version }));
  writeApkRepository(repository, key, [
    ...specs,
    ...more.map((name) => ({ name, version: '1-r0', provides: ['/bin/sh'] })),
  ]);
  writeTree(dir, { [`keys/${key.name}`]: key.publicKey });
  const dataDir = join(dir, `data-${number}`);
  sessionDir = join(dir, `session-${number}`);
  mkdirSync(sessionDir, { recursive: true });
  const index = await freezeIndex({
    name: 'acme/greet',
    root: { name: 'alpine', dir, base: undefined, variables: new Map(), settings },
    settings: { ...settings, apk: { repositories: [repository], keys: [join(dir, 'keys')] } },
    ...{ dataDir, runner, downloader, clock: systemClock, refresh: false },
    openTempDir: () => {
      const path = join(dir, `temp-${number}`);
      mkdirSync(path);
      return Promise.resolve({ path, [Symbol.asyncDispose]: () => Promise.resolve() });
    },
    progress: () => undefined,
  });
  const options = { dataDir, tempDir: sessionDir, runner, downloader, onProgress: () => undefined };
  installer = await openApkInstaller(index, options);
};

beforeEach(async () => {
  calls = [];
  outputs = [];
  await open(['busybox']);
});

const provided = (): readonly string[] => readdirSync(join(sessionDir, 'apk/0', apkArchitecture)).sort();

it('decides on a copy and installs from a folder, in the builder, for a target root', async () => {
  outputs = [recorded('install-apk3.txt')];
  const packages = await installer.resolve(context, installer.target, ['greet', 'plugin-b']);
  expect(packages.map(({ name, version }) => [name, version])).toEqual(
    expect.arrayContaining([
      ['greet', '2.1-r3'],
      ['greet-doc', '2.1-r3'],
    ]),
  );
  expect(packages).toHaveLength(8);
  expect(provided()).toEqual(['APKINDEX.tar.gz']);
  const names = ['greet', 'plugin-b'];
  await installer.install(context, { place: installer.target, packages, names, mode: 'configured' });
  await installer.install(context, { place: installer.target, packages, names, mode: 'extracted' });
  expect(provided()).toHaveLength(9);
  expect(calls).toEqual([
    ['builder', 'sh', '/.kubler/apk/resolve.sh', targetRootPath, 'add', '--', ...names, '(read-only)'],
    ['builder', 'sh', '/.kubler/apk/install.sh', targetRootPath, 'configured', 'add', '--', ...names],
    ['builder', 'sh', '/.kubler/apk/install.sh', targetRootPath, 'extracted', 'add', '--', ...names],
  ]);
});

it('puts a shell into an empty root first', async () => {
  outputs = ['(1/1) Installing busybox (1-r0)\n'];
  await installer.prepareTarget?.(context);
  expect(calls.map((call) => call.slice(3))).toEqual([
    [targetRootPath, 'add', '--initdb', '--', 'busybox', '(read-only)'],
    [targetRootPath, 'configured', 'add', '--initdb', '--', 'busybox'],
  ]);
  expect(provided()).toContain('busybox-1-r0.apk');
});

it('brings a base up to date, and installs what Kubler needs there', async () => {
  outputs = ['bash\n', '(1/1) Upgrading musl (1.2.2-r0 -> 1.2.3-r4)\n', '', '(1/1) Installing bash (5-r0)\n'];
  await installer.finishBase(context);
  expect(calls.map((call) => call.slice(2))).toEqual([
    ['/.kubler/apk/missing-tools.sh'],
    ['/.kubler/apk/resolve.sh', '/', 'upgrade', '--no-self-upgrade', '(read-only)'],
    ['/.kubler/apk/install.sh', '/', 'configured', 'upgrade', '--no-self-upgrade'],
    ['/.kubler/apk/resolve.sh', '/', 'add', '--', 'bash', '(read-only)'],
    ['/.kubler/apk/install.sh', '/', 'configured', 'add', '--', 'bash'],
  ]);
  expect(calls.every(([root]) => root === ownRoot('target').container)).toBe(true);
});

it('says what a base lacks that no repository has', async () => {
  outputs = ['bash\ntar\nfindutils\n'];
  await expect(installer.finishBase(context)).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
    message: expect.stringContaining('Kubler needs tar, findutils in it') as string,
  });
  outputs = ['apk-tools\n'];
  await expect(installer.finishBase(context)).rejects.toMatchObject({
    message: expect.stringContaining('its base has no program apk') as string,
  });
});
