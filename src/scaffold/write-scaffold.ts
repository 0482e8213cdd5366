import { chmod, lstat, mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { KublerError } from '../errors.ts';

/** What is to be written. */
export interface Scaffold {
  /** What it is, for errors: `image "acme/jq"`. */
  readonly subject: string;
  readonly files: readonly ScaffoldFile[];
  /** Folders to be there even when nothing is in them. */
  readonly dirs: readonly string[];
}

export interface ScaffoldFile {
  /** Absolute. */
  readonly path: string;
  readonly text: string;
  readonly executable: boolean;
}

/**
 * Writes all files, or none: SCAFFOLD_EXISTS names those that are there already, unless `force`. Gives the paths that
 * were written.
 */
export async function writeScaffold(
  { subject, files, dirs }: Scaffold,
  force: boolean,
): Promise<readonly string[]> {
  const there = force ? [] : await existing(files.map(({ path }) => path));
  if (there.length > 0) {
    const what = there.length === 1 ? 'a file is' : `${there.length} files are`;
    throw new KublerError('SCAFFOLD_EXISTS', `cannot create ${subject}: ${what} there already`, {
      details: there,
      hint: 'with --force they are overwritten',
    });
  }
  for (const dir of dirs) await mkdir(dir, { recursive: true });
  for (const { path, text, executable } of files) {
    await mkdir(dirname(path), { recursive: true });
    // A link is replaced, not written through; without --force a file that came up since is not touched.
    if (force) await rm(path, { force: true });
    await writeFile(path, text, { flag: 'wx' });
    if (executable) await chmod(path, 0o755);
  }
  return files.map(({ path }) => path);
}

async function existing(paths: readonly string[]): Promise<string[]> {
  const found = await Promise.all(
    paths.map((path) =>
      lstat(path).then(
        () => true,
        () => false,
      ),
    ),
  );
  return paths.filter((_, index) => found[index]);
}
