import { lstat, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** A file or folder of the data dir that nothing needs. */
export interface StaleFile {
  readonly path: string;
  readonly bytes: number;
}

/**
 * What may go from a data dir: package indexes that are no longer current; with `all` also the current ones, downloads,
 * logs and what is known of finished steps.
 */
export async function findStaleFiles(
  dataDir: string,
  { all }: { readonly all: boolean },
): Promise<readonly StaleFile[]> {
  const current = all ? [] : await currentIndexes(dataDir);
  const indexes = (await list(join(dataDir, 'indexes'))).filter(
    (name) => all || (name !== 'current' && !current.includes(name)),
  );
  const folders = all ? ['downloads', 'logs', 'steps', 'layers'] : [];
  const paths = [...indexes.map((name) => join('indexes', name)), ...folders].map((name) =>
    join(dataDir, name),
  );
  const sized = await Promise.all(paths.map(async (path) => ({ path, bytes: await sizeOf(path) })));
  return sized.filter(({ bytes }) => bytes > 0);
}

/** Removes files and folders with all that is in them. */
export async function removeFolders(paths: readonly string[]): Promise<void> {
  for (const path of paths) await rm(path, { recursive: true, force: true });
}

async function currentIndexes(dataDir: string): Promise<readonly string[]> {
  const dir = join(dataDir, 'indexes', 'current');
  const texts = await Promise.all((await list(dir)).map((name) => readFile(join(dir, name), 'utf8')));
  return texts.map((text) => text.trim());
}

const list = (dir: string): Promise<readonly string[]> => readdir(dir).catch(() => []);

async function sizeOf(path: string): Promise<number> {
  const stat = await lstat(path).catch(() => undefined);
  if (!stat?.isDirectory()) return stat?.size ?? 0;
  const sizes = await Promise.all((await list(path)).map((name) => sizeOf(join(path, name))));
  return sizes.reduce((sum, each) => sum + each, stat.size);
}
