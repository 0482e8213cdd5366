import { KublerError } from '../../../../errors.ts';
import { runStep, type BuildContext } from '../../build-step.ts';
import { ownRoot } from '../package-manager.ts';
import { ask, fetchAndRun, install, resolve, type Apk } from './run-apk.ts';

const place = ownRoot('target');

/** Brings every installed package to the version of the index, and adds what Kubler's own scripts need. */
export async function finishBase(apk: Apk, context: BuildContext): Promise<void> {
  const missing = await missingTools(context);
  await refuseMissing(apk, context, missing);
  const upgrade = ['upgrade', '--no-self-upgrade'];
  const packages = await ask(apk, context, { name: 'resolve-upgrade', place }, upgrade);
  const step = { name: 'upgrade', place, mode: 'configured', packages } as const;
  if (packages.length > 0) await fetchAndRun(apk, context, step, upgrade);
  if (missing.length === 0) return;
  const files = await resolve(apk, context, place, missing);
  await install(apk, context, { place, packages: files, names: missing, mode: 'configured' });
}

async function missingTools(context: BuildContext): Promise<readonly string[]> {
  const output = await runStep(context, {
    name: 'missing-tools',
    root: 'target',
    argv: ['sh', '/.kubler/apk/missing-tools.sh'],
    stdout: 'capture',
  });
  return output.split('\n').filter(Boolean);
}

async function refuseMissing(apk: Apk, { subject }: BuildContext, missing: readonly string[]): Promise<void> {
  if (missing.includes('apk-tools'))
    throw new KublerError('CONFIG_INVALID', `cannot make ${subject}: its base has no program apk`, {
      hint: 'BUILDER_BASE must be a root filesystem of Alpine, or any that has apk in its PATH',
    });
  const offered = new Set((await apk.offers()).map(({ name }) => name));
  const lacking = missing.filter((name) => !offered.has(name));
  if (lacking.length === 0) return;
  throw new KublerError(
    'CONFIG_INVALID',
    `cannot make ${subject}: Kubler needs ${lacking.join(', ')} in it, which neither its base nor a repository has`,
    { hint: 'name a repository that has them in apk.repositories of kubler.config.yaml' },
  );
}
