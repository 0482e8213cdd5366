import type { PackageManagerName } from '../../../model/package-manager.ts';
import { apk } from './apk.ts';
import type { DatabaseFormat } from './database.ts';
import { dpkg } from './dpkg.ts';
import { portage } from './portage/index.ts';

const table: Readonly<Record<PackageManagerName, DatabaseFormat>> = { apt: dpkg, apk, portage };

/** Every format there is. */
export const databaseFormats: readonly DatabaseFormat[] = Object.values(table);

/** How the package manager of that name keeps its database. */
export const databaseFormat = (name: PackageManagerName): DatabaseFormat => table[name];
