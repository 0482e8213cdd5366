import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inject } from 'vitest';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    dataDir: string;
  }
}

/** How many end-to-end files run at once, each with a data dir that the files before it have filled. */
export const workers = 2;

const ofWorker = (dataDir: string, worker: string): string =>
  worker === '1' ? dataDir : `${dataDir}-${worker}`;

/**
 * The data dir of all end-to-end tests that run in this worker, so that the base is made once in each and no two files
 * change one at the same time.
 */
export const sharedDataDir = (): string => ofWorker(inject('dataDir'), process.env['VITEST_POOL_ID'] ?? '1');

/** KUBLER_TEST_DATA_DIR keeps the data dirs between runs, for whoever works on the tests. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const kept = process.env['KUBLER_TEST_DATA_DIR'];
  const dataDir = kept ?? (await mkdtemp(join(tmpdir(), 'kubler-test-data-')));
  project.provide('dataDir', dataDir);
  return async () => {
    if (kept !== undefined) return;
    for (let worker = 1; worker <= workers; worker += 1)
      await rm(ofWorker(dataDir, String(worker)), { recursive: true, force: true });
  };
}
