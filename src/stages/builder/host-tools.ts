import { access } from 'node:fs/promises';
import type { MissingTool } from '../../model/missing-tool.ts';
import type { PackageManagerName } from '../../model/package-manager.ts';
import type { BuilderBase, Settings } from '../../model/project.ts';
import type { ProcessRunner } from '../../ports/process-runner.ts';
import { debianKeyring } from './package-managers/apt/sources.ts';
import { packageManager } from './package-managers/table.ts';

type Base =
  | Pick<Extract<BuilderBase, { kind: 'tarball' }>, 'kind' | 'location'>
  | { readonly kind: 'debootstrap' | 'mmdebstrap' | 'image' | 'stage3' };

/** A builder's base, if it has one of its own, and where packages come from. */
export interface PackageUser {
  readonly packageManager: PackageManagerName;
  readonly base?: Base | undefined;
  readonly settings: { readonly apt: Pick<Settings['apt'], 'keyring'> };
}

const forBases: Readonly<Record<Exclude<Base['kind'], 'tarball'>, readonly MissingTool[]>> = {
  image: [],
  stage3: [{ tool: 'xz', need: 'unpacks a stage3 tarball', debianPackage: 'xz-utils' }],
  debootstrap: [{ tool: 'debootstrap', need: 'makes bases', debianPackage: 'debootstrap' }],
  mmdebstrap: [
    { tool: 'mmdebstrap', need: 'makes bases', debianPackage: 'mmdebstrap' },
    { tool: 'apt-get', need: 'says which packages a base has', debianPackage: 'apt' },
  ],
};

/** By the end of a tarball's name; one that says nothing is told when it is there. */
const unpackers = new Map<string, MissingTool>([
  ['xz', { tool: 'xz', need: 'unpacks a base tarball', debianPackage: 'xz-utils' }],
  ['zst', { tool: 'zstd', need: 'unpacks a base tarball', debianPackage: 'zstd' }],
  ['bz2', { tool: 'bzip2', need: 'unpacks a base tarball', debianPackage: 'bzip2' }],
]);

/**
 * What the host lacks to fetch the packages of these and to make their bases; containers are the engine's affair.
 * A keyring that a setting names is not looked for: that it is missing is a fault of the setting.
 * @param hasContainers whether the engine can run debootstrap in one of its own
 */
export async function findMissingTools(
  runner: Pick<ProcessRunner, 'which'>,
  users: readonly PackageUser[],
  { hasContainers = false } = {},
): Promise<readonly MissingTool[]> {
  const needed = users.flatMap(({ base }) =>
    base && !(hasContainers && base.kind === 'debootstrap') ? toolsOf(base) : [],
  );
  const missing = new Map<string, MissingTool>();
  const forIndexes = users.flatMap((user) => packageManager(user.packageManager).indexTools);
  for (const each of [...forIndexes, ...needed])
    if ((await runner.which(each.tool)) === undefined) missing.set(each.tool, each);
  const usesDebianKeys = users.some(
    (user) => user.packageManager === 'apt' && user.settings.apt.keyring === undefined,
  );
  if (usesDebianKeys && !(await isReadable(debianKeyring))) {
    const need = 'has the keys that sign the Debian archive';
    missing.set('keyring', { tool: debianKeyring, need, debianPackage: 'debian-archive-keyring' });
  }
  return [...missing.values()];
}

function toolsOf(base: Base): readonly MissingTool[] {
  if (base.kind !== 'tarball') return forBases[base.kind];
  const unpacker = unpackers.get(base.location.split('.').at(-1) ?? '');
  return unpacker ? [unpacker] : [];
}

const isReadable = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  );
