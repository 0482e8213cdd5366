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
  const lines = index.repositories.map(({ tag, format }, number) => {
    const words = [format === 3 ? 'v3' : undefined, tag, `${containerDir}/${number}`];
    return `${words.filter((word) => word !== undefined).join(' ')}\n`;
  });
  await writeFile(join(dir, 'repositories'), lines.join(''));
  for (const [number, { format }] of index.repositories.entries()) {
    const folder = join(dir, String(number), index.apkArchitecture);
    await mkdir(folder, { recursive: true });
    const name = format === 3 ? 'Packages.adb' : indexName;
    await linkOrCopy(join(index.dir, String(number), indexName), join(folder, name));
  }
  return dir;
}

/** Adds packages, in every repository that offers them; those that are there stay. */
export async function addPackages(
  dir: string,
  { repositories }: Pick<FrozenIndex, 'repositories'>,
  offers: readonly OfferedPackage[],
  hostPaths: readonly string[],
): Promise<void> {
  for (const [at, offer] of offers.entries()) {
    for (const number of offer.repositories) {
      const target = join(dir, String(number), packagePath(offer, repositories[number]?.layout));
      await mkdir(dirname(target), { recursive: true });
      const isThere = (await stat(target).catch(() => undefined)) !== undefined;
      if (!isThere) await linkOrCopy(hostPaths[at] ?? '', target);
    }
  }
}
