import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { KublerError } from '../../../../errors.ts';
import type { PackageFile } from '../../../../model/package.ts';
import { targetRootPath } from '../../../../ports/engine.ts';
import { runStep, type BuildContext } from '../../build-step.ts';
import {
  logName,
  type Installer,
  type InstallerOptions,
  type InstallSpec,
  type Place,
} from '../package-manager.ts';
import { keep, packagesKey, provideDistfiles, providePackages, type BinaryCache } from './binary-cache.ts';
import { explainEmergeFailure } from './explain-failure.ts';
import { parsePretend, type PlannedPackage, type Pretended } from './pretend.ts';

/** What an index says of the tree, as far as the containers of a session need it. */
export interface PortageState {
  readonly digest: string;
  /** Lays out the tree for `prepare-base.sh`, if it does not come with the base. */
  readonly provideTree: (sessionDir: string) => Promise<void>;
}

interface Portage {
  readonly state: PortageState;
  readonly options: InstallerOptions;
  readonly cache: BinaryCache;
}

/** The builder's emerge, with the target root as ROOT. */
const target: Place = { container: 'builder', directory: targetRootPath };

/** Opens Portage for one session. */
export async function openPortageInstaller(
  state: PortageState,
  options: InstallerOptions,
): Promise<Installer> {
  const sessionDir = join(options.tempDir, 'portage');
  for (const name of ['packages', 'distfiles']) await mkdir(join(sessionDir, name), { recursive: true });
  const portage: Portage = { state, options, cache: { dataDir: options.dataDir, sessionDir } };
  return {
    packageManager: 'portage',
    inputs: [{ hostPath: sessionDir, containerPath: '/.kubler-archives' }],
    hookEnv: {},
    target,
    usesBuilder: true,
    needs: [],
    resolve: async (context, place, names) =>
      (await pretend(context, place, names)).packages.map(toPackageFile),
    install: (context, spec) => install(portage, context, spec),
    finishBase: (context) => finishBase(portage, context),
    saveBusybox,
  };
}

/** Asks emerge what it would do. */
async function pretend(context: BuildContext, place: Place, names: readonly string[]): Promise<Pretended> {
  const output = await runStep(context, {
    name: logName(place, 'resolve'),
    root: place.container,
    env: context.hookEnv,
    argv: emergeArgv('pretend', place, names),
    stdout: 'capture',
    explain: (text) => Promise.resolve(explainEmergeFailure(text, context.subject)),
  });
  return parsePretend(output, targetRootPath);
}

const emergeArgv = (action: string, { directory }: Place, names: readonly string[]) =>
  ['bash', '/.kubler/portage/emerge.sh', action, directory, ...names] as const;

/**
 * The package as the plan knows it. There is no file: the hash is of everything that was settled about it. Whether it is compiled or
 * taken from the cache makes no difference.
 */
function toPackageFile({
  settings,
  ...planned
}: PlannedPackage & { readonly settings: string }): PackageFile {
  const { name, version, slot, repository, root, use } = planned;
  const known = JSON.stringify([name, version, slot, repository, root, use, settings]);
  const sha256 = createHash('sha256').update(known).digest('hex');
  return { name, version, architecture: '', sizeBytes: 0, sha256, url: '', fileName: '' };
}

/** Hands in what former builds have left, fetches sources with a network, builds and installs without one, and keeps what was made. */
async function install(
  portage: Portage,
  context: BuildContext,
  { place, names }: InstallSpec,
): Promise<void> {
  const { cache, options } = portage;
  const task = context.subject;
  const planned = await pretend(context, place, names);
  const key = packagesKey(
    [portage.state.digest, context.hookEnv['NAMESPACE'] ?? '', planned.conditions].join('\n'),
  );
  await providePackages(cache, key, planned.packages);
  await provideDistfiles(cache, planned.distfiles);
  if (planned.downloads) {
    context.progress({ kind: 'stage', task, stage: 'fetch' });
    await runEmerge(context, place, 'fetch', names);
    await keep(cache, options.runner, await save(portage, context, place, 'distfiles'), 'distfiles');
  }
  context.progress({ kind: 'stage', task, stage: 'install' });
  await runEmerge(context, place, 'install', names);
  await keep(cache, options.runner, await save(portage, context, place, 'packages'), { packages: key });
}

async function runEmerge(
  context: BuildContext,
  place: Place,
  action: 'fetch' | 'install',
  names: readonly string[],
) {
  await runStep(context, {
    name: logName(place, action),
    root: place.container,
    env: context.hookEnv,
    network: action === 'fetch' ? 'host' : 'none',
    argv: emergeArgv(action, place, names),
  });
}

/** Files that were made in `/packages` or `/distfiles`; what was handed in are links. */
async function save(
  portage: Portage,
  context: BuildContext,
  { container }: Place,
  folder: string,
): Promise<string> {
  const hostFile = join(portage.options.tempDir, `${folder}.tar`);
  await runStep(context, {
    name: `keep-${folder}`,
    root: container,
    targetReadOnly: true,
    argv: ['bash', '/.kubler/portage/keep.sh', `/${folder}`],
    stdout: { hostFile },
  });
  return hostFile;
}

/** Puts the tree into a base, and sees to it that emerge works there. */
async function finishBase({ state, cache }: Portage, context: BuildContext): Promise<void> {
  await state.provideTree(cache.sessionDir);
  await runStep(context, {
    name: 'prepare-base',
    root: 'target',
    argv: ['bash', '/.kubler/portage/prepare-base.sh'],
  });
}

/** That of the base, which a stage3 has. */
async function saveBusybox(context: BuildContext, hostFile: string): Promise<void> {
  const script =
    'for f in /bin/busybox /usr/bin/busybox /bin/busybox.static; do [ ! -f "$f" ] || exec cat "$f"; done; exit 44';
  await runStep(context, {
    name: 'busybox',
    root: 'target',
    argv: ['sh', '-c', script],
    stdout: { hostFile },
    explain: () =>
      Promise.resolve([
        new KublerError(
          'HOST_UNSUPPORTED',
          `cannot test ${context.subject}: the base of its builder has no busybox`,
          {
            hint: "an image without a shell is tested with the busybox of its base, as Gentoo's stage3 tarballs have it; put one there",
          },
        ),
      ]),
  });
}
