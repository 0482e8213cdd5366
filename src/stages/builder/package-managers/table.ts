import { KublerError } from '../../../errors.ts';
import type { PackageManagerName } from '../../../model/package-manager.ts';
import { apk } from './apk/index.ts';
import { apt } from './apt/index.ts';
import type { PackageManager } from './package-manager.ts';

/** Every package manager that builders can have. */
const table: Readonly<Partial<Record<PackageManagerName, PackageManager>>> = { apt, apk };

/** The package manager of that name. */
export function packageManager(name: PackageManagerName): PackageManager {
  const found = table[name];
  if (found) return found;
  throw new KublerError('CONFIG_INVALID', `cannot build with ${name}: this version builds with apt only`);
}

export const allPackageManagers: readonly PackageManager[] = Object.values(table);
