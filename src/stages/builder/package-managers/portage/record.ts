import { createHash } from 'node:crypto';
import { access, mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Sha256 } from '../../../../model/digest.ts';

/** A file of `<data>/downloads`, and of which date it is. */
export interface FrozenFile {
  readonly sha256: Sha256;
  /** Seconds since 1970. */
  readonly date: number;
}

/**
 * The frozen state of what a Gentoo builder is made from, `index.json` of its folder: a stage3 tarball, if that is its base, and
 * Portage's tree, unless it comes with the base.
 */
export interface PortageRecord {
  readonly version: number;
  readonly digest: Sha256;
  readonly stage3?: FrozenFile;
  readonly tree?: FrozenFile;
}

const recordVersion = 1;

const indexDir = (dataDir: string, digest: Sha256): string => join(dataDir, 'indexes', digest);

const sha256 = (text: string): Sha256 => createHash('sha256').update(text).digest('hex');

/** Which state is in use is kept for each set of sources. */
const pointerFile = (dataDir: string, sources: string): string =>
  join(dataDir, 'indexes/current', sha256(`portage ${sources}`).slice(0, 32));

/** The state in use for these sources; undefined when none was frozen yet, or its files are gone. */
export async function readRecord(dataDir: string, sources: string): Promise<PortageRecord | undefined> {
  try {
    const digest = (await readFile(pointerFile(dataDir, sources), 'utf8')).trim();
    const text = await readFile(join(indexDir(dataDir, digest), 'index.json'), 'utf8');
    const record = JSON.parse(text) as PortageRecord;
    if (record.version !== recordVersion) return undefined;
    for (const file of [record.stage3, record.tree])
      if (file) await access(join(dataDir, 'downloads', file.sha256));
    return record;
  } catch (error) {
    if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/**
 * Keeps a state and makes it the one in use for these sources.
 * @param base what the base is, if it is no stage3 @param tempDir on the data dir's file system
 */
export async function writeRecord(
  options: {
    readonly dataDir: string;
    readonly sources: string;
    readonly tempDir: string;
    readonly base: string;
  },
  frozen: Pick<PortageRecord, 'stage3' | 'tree'>,
): Promise<PortageRecord> {
  const { dataDir, sources, tempDir, base } = options;
  const digest = sha256(JSON.stringify([base, frozen.stage3?.sha256, frozen.tree?.sha256]));
  const record: PortageRecord = { version: recordVersion, digest, ...frozen };
  await mkdir(indexDir(dataDir, digest), { recursive: true });
  await mkdir(join(dataDir, 'indexes/current'), { recursive: true });
  await replace(join(indexDir(dataDir, digest), 'index.json'), JSON.stringify(record), tempDir);
  await replace(pointerFile(dataDir, sources), `${digest}\n`, tempDir);
  return record;
}

async function replace(file: string, text: string, tempDir: string): Promise<void> {
  const tempFile = join(tempDir, basename(file));
  await writeFile(tempFile, text);
  await rename(tempFile, file);
}

/** SHA-256 of every file of `<data>/downloads` that a state in use names. */
export async function namedDownloads(dataDir: string): Promise<ReadonlySet<Sha256>> {
  const named = new Set<Sha256>();
  const pointers = join(dataDir, 'indexes/current');
  for (const name of await readdir(pointers).catch(() => [])) {
    const digest = (await readFile(join(pointers, name), 'utf8')).trim();
    const text = await readFile(join(indexDir(dataDir, digest), 'index.json'), 'utf8').catch(() => '{}');
    const { stage3, tree } = JSON.parse(text) as Partial<PortageRecord>;
    for (const file of [stage3, tree]) if (file) named.add(file.sha256);
  }
  return named;
}
