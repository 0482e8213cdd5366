import { assert } from '../../../errors.ts';
import type { PackageManagerName } from '../../../model/package-manager.ts';
import type { DatabaseFormat } from './database.ts';
import { apk } from './apk.ts';
import { dpkg } from './dpkg.ts';

const table: Readonly<Partial<Record<PackageManagerName, DatabaseFormat>>> = { apt: dpkg, apk };

/** How the package manager of that name keeps its database. */
export function databaseFormat(name: PackageManagerName): DatabaseFormat {
  const format = table[name];
  assert(format, `no database of ${name}`);
  return format;
}
