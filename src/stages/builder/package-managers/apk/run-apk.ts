import { assert } from '../../../../errors.ts';
import type { PackageFile } from '../../../../model/package.ts';
import { runStep, type BuildContext } from '../../build-step.ts';
import { logName, type InstallSpec, type Place } from '../package-manager.ts';
import { explainApkFailure } from './explain-failure.ts';
import type { OfferedPackage } from './frozen-index.ts';
import { downloadName, toPackageFile } from './package-file.ts';
import { parseSimulation } from './parse-simulation.ts';
import { rootPackages } from './root-packages.ts';

/** apk in a session: its repositories are folders with the frozen index and what Kubler has fetched. */
export interface Apk {
  /** As apk names it: `x86_64`. */
  readonly architecture: string;
  readonly offers: () => Promise<readonly OfferedPackage[]>;
  /** Fetches packages, and shows them to containers. Returns their paths on this host. */
  readonly provide: (offers: readonly OfferedPackage[]) => Promise<readonly string[]>;
}

/** apk decides on a copy of the root's database, so that nothing is changed. */
export async function ask(
  apk: Apk,
  context: BuildContext,
  { name, place }: { readonly name: string; readonly place: Place },
  args: readonly string[],
): Promise<readonly OfferedPackage[]> {
  const output = await runStep(context, {
    name,
    root: place.container,
    argv: ['sh', '/.kubler/apk/resolve.sh', place.directory, ...args],
    env: envOf(apk),
    stdout: 'capture',
    targetReadOnly: true,
    explain: (text) => explainApkFailure(text, apk.offers, context.subject),
  });
  const offers = await apk.offers();
  return parseSimulation(output).flatMap((planned) => {
    const found = offers.filter(({ name, version }) => name === planned.name && version === planned.version);
    assert(found.length > 0, `apk would install ${planned.name} ${planned.version}, which no repository has`);
    return found;
  });
}

const envOf = ({ architecture }: Apk): Readonly<Record<string, string>> => ({
  KUBLER_APK_ARCH: architecture,
});

/** Exactly what an installation of these packages takes. */
export async function resolve(
  apk: Apk,
  context: BuildContext,
  place: Place,
  names: readonly string[],
): Promise<readonly PackageFile[]> {
  const step = { name: logName(place, 'resolve'), place };
  return (await ask(apk, context, step, ['add', '--', ...names])).map(toPackageFile);
}

/** Fetches packages and installs them. */
export async function install(apk: Apk, context: BuildContext, spec: InstallSpec): Promise<void> {
  const { place, mode, names } = spec;
  const wanted = new Set(spec.packages.map(({ sha256 }) => sha256));
  const packages = (await apk.offers()).filter((offer) => wanted.has(downloadName(offer)));
  const step = { name: logName(place, 'install'), place, mode, packages };
  await fetchAndRun(apk, context, step, ['add', '--', ...names]);
}

/** Makes the database of an empty root, accounts, and a shell for scripts, as far as the repositories have them. */
export async function prepareTarget(apk: Apk, context: BuildContext, place: Place): Promise<void> {
  const args = ['add', '--initdb', '--', ...rootPackages(await apk.offers())];
  const packages = await ask(apk, context, { name: 'resolve-root', place }, args);
  const step = { name: 'root', place, mode: 'configured', packages, script: 'prepare.sh' } as const;
  await fetchAndRun(apk, context, step, args);
}

/** Fetches what apk will need and runs it. */
export async function fetchAndRun(
  apk: Apk,
  context: BuildContext,
  step: Pick<InstallSpec, 'place' | 'mode'> & {
    readonly name: string;
    readonly packages: readonly OfferedPackage[];
    readonly script?: string;
  },
  args: readonly string[],
): Promise<void> {
  const { name, place, mode, packages, script = 'install.sh' } = step;
  const task = context.subject;
  context.progress({ kind: 'stage', task, stage: 'fetch' });
  await apk.provide(packages);
  context.progress({ kind: 'stage', task, stage: mode === 'configured' ? 'install' : 'unpack' });
  const argv = ['sh', `/.kubler/apk/${script}`, place.directory, mode, ...args] as const;
  await runStep(context, { name, root: place.container, argv, env: envOf(apk) });
}
