/** What installs packages: each has a row in `stages/builder/package-managers/table.ts` and in `stages/carve/databases/table.ts`. */
export type PackageManagerName = 'apt' | 'apk' | 'portage';

export const packageManagerNames: readonly PackageManagerName[] = ['apt', 'apk', 'portage'];
