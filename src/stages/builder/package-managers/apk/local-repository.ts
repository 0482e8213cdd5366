import { cp, mkdir, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { linkOrCopy } from '../link-or-copy.ts';
import { indexName } from './fetch-repository.ts';
import type { FrozenIndex, OfferedPackage } from './frozen-index.ts';
import { packagePath } from './package-file.ts';

/** Where containers see what `makeLocalRepositories` makes. */
export const containerDir = '/.kubler-apk';

/**
 * Makes the folder that containers have instead of every repository: `keys/`, the file `repositories`, and for each repository
 * a folder by its number with its index, signed as it was fetched, so that apk verifies it again. Packages come in later.
 */
export async function makeLocalRepositories(index: FrozenIndex, parentDir: string): Promise<string> {
  const dir = join(parentDir, 'apk');
  await mkdir(dir, { recursive: true });
  await cp(join(index.dir, 'keys'), join(dir, 'keys'), { recursive: true });
  const lines = index.repositories.map(({ tag }, number) => {
    const path = `${containerDir}/${number}\n`;
    return tag === undefined ? path : `${tag} ${path}`;
  });
  await writeFile(join(dir, 'repositories'), lines.join(''));
  for (const number of index.repositories.keys()) {
    const folder = join(dir, String(number), index.apkArchitecture);
    await mkdir(folder, { recursive: true });
    await linkOrCopy(join(index.dir, String(number), indexName), join(folder, indexName));
  }
  return dir;
}

/** Adds packages, in every repository that offers them; those that are there stay. */
export async function addPackages(
  dir: string,
  offers: readonly OfferedPackage[],
  hostPaths: readonly string[],
): Promise<void> {
  for (const [at, offer] of offers.entries()) {
    for (const number of offer.repositories) {
      const target = join(dir, String(number), packagePath(offer));
      await mkdir(dirname(target), { recursive: true });
      const isThere = (await stat(target).catch(() => undefined)) !== undefined;
      if (!isThere) await linkOrCopy(hostPaths[at] ?? '', target);
    }
  }
}
