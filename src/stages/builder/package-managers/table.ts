import type { PackageManagerName } from '../../../model/package-manager.ts';
import { apk } from './apk/index.ts';
import { apt } from './apt/index.ts';
import type { PackageManager } from './package-manager.ts';
import { portage } from './portage/index.ts';

/** Every package manager that builders can have. */
const table: Readonly<Record<PackageManagerName, PackageManager>> = { apt, apk, portage };

/** The package manager of that name. */
export const packageManager = (name: PackageManagerName): PackageManager => table[name];

export const allPackageManagers: readonly PackageManager[] = Object.values(table);
