import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { assert } from '../../../../errors.ts';
import type { PackageFile } from '../../../../model/package.ts';
import type { ExecSpec } from '../../../../ports/engine.ts';
import { runStep, type BuildContext } from '../../build-step.ts';
import {
  logName,
  ownRoot,
  type Installer,
  type InstallerOptions,
  type InstallSpec,
  type Place,
} from '../package-manager.ts';
import { fillArchiveDir, makeArchiveDir } from './archive-dir.ts';
import { explainAptFailure } from './explain-failure.ts';
import { fetchPackages } from './fetch-packages.ts';
import type { FrozenIndex } from './frozen-index.ts';
import { readPackageVersions } from './package-lists.ts';
import { parsePrintUris } from './print-uris.ts';

/** apt in a session: its lists are the frozen index, its archives what Kubler has fetched. */
interface Apt {
  readonly index: FrozenIndex;
  readonly tempDir: string;
  readonly provide: (files: readonly PackageFile[]) => Promise<void>;
}

/** Where maintainer scripts expect a whole system: in the target root as a container's own. */
const target = ownRoot('target');

/** Opens apt for one session. */
export async function openAptInstaller(index: FrozenIndex, options: InstallerOptions): Promise<Installer> {
  const archivesDir = await makeArchiveDir(options.tempDir);
  const apt: Apt = {
    index,
    tempDir: options.tempDir,
    provide: async (files) => fillArchiveDir(archivesDir, await fetchPackages(files, { ...options, index })),
  };
  return {
    packageManager: 'apt',
    inputs: [
      { hostPath: index.aptDir, containerPath: '/.kubler-apt' },
      { hostPath: archivesDir, containerPath: '/.kubler-archives' },
    ],
    hookEnv: {},
    target,
    usesBuilder: false,
    needs: ['usr/bin/apt-get', 'var/lib/dpkg/status'],
    resolve: (context, place, names) =>
      askApt(apt, context, { name: logName(place, 'resolve'), place }, ['install', '--', ...names]),
    install: (context, spec) => install(apt, context, spec),
    finishBase: (context) => finishBase(apt, context),
    saveBusybox: (context, hostFile) => saveBusybox(apt, context, hostFile),
  };
}

/** Asks apt itself which files something takes. */
async function askApt(
  { index }: Apt,
  context: BuildContext,
  { name, place }: { readonly name: string; readonly place: Place },
  args: readonly string[],
): Promise<readonly PackageFile[]> {
  const output = await runStep(context, {
    name,
    root: place.container,
    argv: ['apt-get', '--print-uris', '--yes', '-q', ...args],
    stdout: 'capture',
    explain: (text) => explainAptFailure(text, () => readPackageVersions(index), context.subject),
  });
  return parsePrintUris(output);
}

async function install(apt: Apt, context: BuildContext, spec: InstallSpec): Promise<void> {
  const { mode, place, names } = spec;
  const argv = mode === 'configured' ? configureArgv(['install', ...names]) : extractArgv(spec);
  await fetchAndRun(apt, context, { name: logName(place, 'install'), place, argv }, spec);
}

async function fetchAndRun(
  apt: Apt,
  context: BuildContext,
  step: { readonly name: string; readonly place: Place; readonly argv: ExecSpec['argv'] },
  { packages, mode }: Pick<InstallSpec, 'packages' | 'mode'>,
): Promise<void> {
  const task = context.subject;
  context.progress({ kind: 'stage', task, stage: 'fetch' });
  await apt.provide(packages);
  context.progress({ kind: 'stage', task, stage: mode === 'configured' ? 'install' : 'unpack' });
  await runStep(context, { name: step.name, root: step.place.container, argv: step.argv });
}

const configureArgv = (words: readonly string[]): ExecSpec['argv'] => [
  ...(['sh', '/.kubler/apt/install.sh'] as const),
  ...words,
];

/** In an order of our own, not apt's: a path may come in two packages. */
const extractArgv = ({ packages }: InstallSpec): ExecSpec['argv'] => [
  ...(['bash', '/.kubler/apt/extract.sh'] as const),
  ...packages.map(({ fileName }) => fileName).sort(),
];

/** Brings every installed package to the version of the frozen index, security updates included. */
async function finishBase(apt: Apt, context: BuildContext): Promise<void> {
  const upgrade = { name: 'resolve-upgrade', place: target };
  const packages = await askApt(apt, context, upgrade, ['dist-upgrade']);
  const step = { name: 'upgrade', place: target, argv: configureArgv(['dist-upgrade']) };
  if (packages.length > 0) await fetchAndRun(apt, context, step, { packages, mode: 'configured' });
  await parseLists(apt, context);
}

/**
 * Keeps the package lists of an index beside them as the target root's apt parses them, so that it need not do so each
 * time it is called. apt itself checks that the file fits it and the lists, and parses them again when it does not.
 */
async function parseLists({ index, tempDir }: Apt, context: BuildContext): Promise<void> {
  const hostFile = join(tempDir, 'parsed-lists.bin');
  await runStep(context, {
    name: 'parse-lists',
    root: 'target',
    argv: ['sh', '/.kubler/apt/parse-lists.sh'],
    stdout: { hostFile },
  });
  await rename(hostFile, join(index.aptDir, 'parsed-lists.bin'));
}

/** Prints one file of a package: `$1` the archive, `$2` the file. */
const printFile =
  'set -e; dpkg-deb --fsys-tarfile "$1" >"/tmp/package.tar"; exec tar -xOf /tmp/package.tar "$2"';

/** Debian's package, by the frozen index and its checksum, unpacked in a container. */
async function saveBusybox(apt: Apt, context: BuildContext, hostFile: string): Promise<void> {
  const name = 'busybox-static';
  const [file] = await askApt(apt, context, { name: `find-${name}`, place: target }, [
    'download',
    '--',
    name,
  ]);
  assert(file, `apt named no file of package ${name}`);
  await apt.provide([file]);
  await runStep(context, {
    name: 'busybox',
    root: 'target',
    argv: ['sh', '-c', printFile, 'sh', `/.kubler-archives/${file.fileName}`, './bin/busybox'],
    stdout: { hostFile },
  });
}
