import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, expect, it } from 'vitest';
import { createProcessRunner } from '../../../../../../src/adapters/system/process-runner.ts';
import type { TarMember } from '../../../../../../src/oci/tar-member.ts';
import { writeTar } from '../../../../../../src/oci/tar-write.ts';
import { targetRootPath, type ExecSpec, type Session } from '../../../../../../src/ports/engine.ts';
import type { BuildContext } from '../../../../../../src/stages/builder/build-step.ts';
import {
  ownRoot,
  type Installer,
} from '../../../../../../src/stages/builder/package-managers/package-manager.ts';
import { openPortageInstaller } from '../../../../../../src/stages/builder/package-managers/portage/installer.ts';
import { member } from '../../../../../support/tar.ts';
import { useTempDir } from '../../../../../support/use-temp-dir.ts';

const dir = useTempDir();
const plan = readFileSync(join(import.meta.dirname, 'recorded/plan.txt'), 'utf8');
const runner = createProcessRunner({ signal: new AbortController().signal });

let calls: string[];
let dataDir: string;
let sessionDir: string;
let number = 0;
/** What the containers of a session have made, below `/packages` and `/distfiles`. */
let made: Readonly<Record<string, readonly TarMember[]>>;

const session: Session = {
  exec: async ({ argv, root, network, targetReadOnly, stdout }: ExecSpec) => {
    calls.push(`${root} ${network} ${targetReadOnly ? 'reads ' : ''}${argv.join(' ')}`);
    if (typeof stdout === 'object') await writeFile(stdout.hostFile, writeTar(made[argv.at(-1) ?? ''] ?? []));
    return { exitCode: 0, stdout: stdout === 'capture' ? plan : '' };
  },
  commit: () => Promise.resolve(),
  keep: () => Promise.resolve(new Map()),
  [Symbol.asyncDispose]: () => Promise.resolve(),
};
const contextOf = (namespace: string): BuildContext => ({
  ...{ session, subject: 'acme/hello', configDir: dir, logDir: join(dir, 'logs') },
  ...{ hookEnv: { NAMESPACE: namespace }, secrets: [], progress: () => undefined },
});

const open = (): Promise<Installer> => {
  const tempDir = join(dir, `session-${++number}`);
  sessionDir = join(tempDir, 'portage');
  mkdirSync(tempDir);
  const downloader = { download: () => Promise.reject(new Error('emerge fetches')) } as never;
  const state = { digest: 'd', provideTree: () => Promise.resolve() };
  return openPortageInstaller(state, { dataDir, tempDir, runner, downloader, onProgress: () => undefined });
};

const file = (path: string, text: string): TarMember => member({ path, text });

beforeEach(() => {
  calls = [];
  made = {};
  dataDir = join(dir, `data-${++number}`);
});

const names = ['app-misc/hello', 'dev-libs/greet:2'];
const install = async (installer: Installer, namespace = 'acme'): Promise<void> => {
  const context = contextOf(namespace);
  const packages = await installer.resolve(context, installer.target, names);
  await installer.install(context, { place: installer.target, packages, names, mode: 'configured' });
};

it('decides, fetches with a network, and installs into the target root without one', async () => {
  const installer = await open();
  await install(installer);
  const emerge = 'bash /.kubler/portage/emerge.sh';
  const asked = `${targetRootPath} ${names.join(' ')}`;
  expect(calls).toEqual([
    `builder none ${emerge} pretend ${asked}`,
    `builder none ${emerge} pretend ${asked}`,
    `builder host ${emerge} fetch ${asked}`,
    'builder none reads bash /.kubler/portage/keep.sh /distfiles',
    `builder none ${emerge} install ${asked}`,
    'builder none reads bash /.kubler/portage/keep.sh /packages',
  ]);
});

it('installs in a builder itself as its own root', async () => {
  const installer = await open();
  const packages = await installer.resolve(contextOf('acme'), ownRoot('target'), ['app-misc/hello']);
  expect(packages).toHaveLength(7);
  expect(calls).toEqual(['target none bash /.kubler/portage/emerge.sh pretend / app-misc/hello']);
});

it('knows packages by all that was settled about them', async () => {
  const installer = await open();
  const packages = await installer.resolve(contextOf('acme'), installer.target, names);
  expect(new Set(packages.map(({ sha256 }) => sha256)).size).toBe(packages.length);
  expect(packages.every(({ sha256, url }) => /^[0-9a-f]{64}$/.test(sha256) && url === '')).toBe(true);
});

it('keeps what was built and fetched, and hands it to later sessions of the same namespace', async () => {
  made = {
    '/packages': [file('./dev-libs/greet/greet-2.0-r1-1.gpkg.tar', 'built')],
    '/distfiles': [file('./greet-2.0.tar.xz', 'fetched')],
  };
  await install(await open());
  made = {};
  await install(await open());
  expect(readFileSync(join(sessionDir, 'packages/dev-libs/greet/greet-2.0-r1-1.gpkg.tar'), 'utf8')).toBe(
    'built',
  );
  expect(readFileSync(join(sessionDir, 'distfiles/greet-2.0.tar.xz'), 'utf8')).toBe('fetched');
  await install(await open(), 'other');
  expect(readdirSync(join(sessionDir, 'packages'))).toEqual([]);
  expect(readdirSync(join(sessionDir, 'distfiles'))).toEqual(['greet-2.0.tar.xz']);
});

it('never changes what is in the cache, and takes nothing but packages from a container', async () => {
  const path = './dev-libs/greet/greet-2.0-r1-1.gpkg.tar';
  made = { '/packages': [file(path, 'first')] };
  await install(await open());
  const link = member({
    path: './dev-libs/greet/greet-2.0-r1-2.gpkg.tar',
    type: 'symlink',
    linkTarget: '/etc/passwd',
  });
  const strangers = [
    './../../x-1-1.gpkg.tar',
    './a/b/../../../y.xpak',
    './Packages',
    './dev-libs/greet/notes',
  ];
  made = { '/packages': [file(path, 'second'), link, ...strangers.map((name) => file(name, 'no'))] };
  await install(await open());
  const [key = ''] = readdirSync(join(dataDir, 'packages'));
  const kept = join(dataDir, 'packages', key);
  expect(readdirSync(kept, { recursive: true, encoding: 'utf8' }).sort()).toEqual([
    'dev-libs',
    'dev-libs/greet',
    'dev-libs/greet/greet-2.0-r1-1.gpkg.tar',
  ]);
  expect(readFileSync(join(kept, path), 'utf8')).toBe('first');
  expect(statSync(join(kept, path)).isFile()).toBe(true);
  expect(existsSync(join(dir, 'x-1-1.gpkg.tar'))).toBe(false);
});
