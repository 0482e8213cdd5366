import { assert } from '../../errors.ts';
import type { PackageFile } from '../../model/package.ts';
import type { ExecSpec, Root } from '../../ports/engine.ts';
import { runStep, type BuildContext } from './build-step.ts';
import { explainAptFailure, parsePrintUris, type readPackageVersions } from './package-managers/apt/index.ts';

/** What apt needs from outside the container: the frozen index knows the names, the fetched files are handed in. */
export interface Installer {
  /** Fetches package files, verified, and lays them out as containers see them at /.kubler-archives. */
  readonly provide: (files: readonly PackageFile[]) => Promise<void>;
  /** All packages of the index with their versions, for "did you mean". */
  readonly readVersions: () => ReturnType<typeof readPackageVersions>;
}

/**
 * Asks the root's own apt which files an installation of these packages takes, from the frozen index.
 * @throws KublerError `PACKAGE_UNKNOWN` with apt's own reason and near names
 */
export async function resolvePackages(
  context: BuildContext,
  installer: Installer,
  root: Root,
  names: readonly string[],
): Promise<readonly PackageFile[]> {
  if (names.length === 0) return [];
  context.progress({ kind: 'stage', task: context.subject, stage: 'resolve' });
  return askApt(context, installer, { name: logName(root, 'resolve'), root }, ['install', '--', ...names]);
}

/** The file of one package, whatever is installed. Throws as `resolvePackages` does. */
export async function findPackage(
  context: BuildContext,
  installer: Installer,
  root: Root,
  name: string,
): Promise<PackageFile> {
  const [file] = await askApt(context, installer, { name: `find-${name}`, root }, ['download', '--', name]);
  assert(file, `apt named no file of package ${name}`);
  return file;
}

/** The files that bring every installed package of a root to the version of the frozen index. */
export async function resolveUpgrade(
  context: BuildContext,
  installer: Installer,
  root: Root,
): Promise<readonly PackageFile[]> {
  return askApt(context, installer, { name: 'resolve-upgrade', root }, ['dist-upgrade']);
}

/** Of the same step in the other root there is another log. */
const logName = (root: Root, step: string): string => (root === 'builder' ? `builder-${step}` : step);

async function askApt(
  context: BuildContext,
  installer: Installer,
  step: { readonly name: string; readonly root: Root },
  args: readonly string[],
): Promise<readonly PackageFile[]> {
  const output = await runStep(context, {
    ...step,
    argv: ['apt-get', '--print-uris', '--yes', '-q', ...args],
    stdout: 'capture',
    explain: (output) => explainAptFailure(output, installer.readVersions, context.subject),
  });
  return parsePrintUris(output);
}

export interface InstallSpec {
  readonly root: Root;
  readonly packages: readonly PackageFile[];
  /** What was asked for; empty: bring everything installed up to date. */
  readonly names: readonly string[];
  readonly mode: 'configured' | 'extracted';
}

/** Installs packages in a root from fetched archives: for real, or without their maintainer scripts. */
export async function installPackages(
  context: BuildContext,
  installer: Installer,
  spec: InstallSpec,
): Promise<void> {
  if (spec.packages.length === 0) return;
  const task = context.subject;
  context.progress({ kind: 'stage', task, stage: 'fetch' });
  await installer.provide(spec.packages);
  context.progress({ kind: 'stage', task, stage: spec.mode === 'configured' ? 'install' : 'unpack' });
  const argv = spec.mode === 'configured' ? configureArgv(spec) : extractArgv(spec);
  const name = spec.names.length === 0 ? 'upgrade' : logName(spec.root, 'install');
  await runStep(context, { name, root: spec.root, argv });
}

const configureArgv = ({ names }: InstallSpec): ExecSpec['argv'] => [
  ...(['sh', '/.kubler/apt/install.sh'] as const),
  ...(names.length === 0 ? ['dist-upgrade'] : ['install', ...names]),
];

/** In an order of our own, not apt's: a path may come in two packages. */
const extractArgv = ({ packages }: InstallSpec): ExecSpec['argv'] => [
  ...(['bash', '/.kubler/apt/extract.sh'] as const),
  ...packages.map(({ fileName }) => fileName).sort(),
];
