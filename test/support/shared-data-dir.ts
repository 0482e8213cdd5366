import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, inject } from 'vitest';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    dataDir: string;
  }
}

/** How many end-to-end files run at once, each with a data dir that the files before it have filled. */
export const workers = 2;

const dirsOf = (dataDir: string): readonly string[] =>
  Array.from({ length: workers }, (_, index) => (index === 0 ? dataDir : `${dataDir}-${index + 1}`));

let claimed: string | undefined;

/**
 * The data dir of the end-to-end tests of this file: left by the files before, so that the base is made once, and held
 * by nobody else, so that no two files change one at the same time.
 */
export function sharedDataDir(): string {
  if (claimed === undefined) throw new Error('only end-to-end tests have a shared data dir');
  return claimed;
}

/**
 * Takes a data dir until this file's tests are over. (VITEST_POOL_ID would not do: where one project follows another,
 * two workers can have the same.)
 */
export function claimDataDir(): void {
  claimed = dirsOf(inject('dataDir')).find(isClaimed);
  const claim = `${sharedDataDir()}.pid`;
  afterAll(() => {
    rmSync(claim);
  });
}

function isClaimed(dir: string): boolean {
  const claim = `${dir}.pid`;
  try {
    writeFileSync(claim, String(process.pid), { flag: 'wx' });
    return true;
  } catch {
    if (existsSync(`/proc/${readFileSync(claim, 'utf8')}`)) return false;
    rmSync(claim, { force: true });
    return isClaimed(dir);
  }
}

/** KUBLER_TEST_DATA_DIR keeps the data dirs between runs, for whoever works on the tests. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const kept = process.env['KUBLER_TEST_DATA_DIR'];
  const dataDir = kept ?? (await mkdtemp(join(tmpdir(), 'kubler-test-data-')));
  project.provide('dataDir', dataDir);
  return async () => {
    if (kept !== undefined) return;
    for (const dir of dirsOf(dataDir)) await rm(dir, { recursive: true, force: true });
  };
}
