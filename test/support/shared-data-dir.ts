import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    dataDir: string;
  }
}

/**
 * One data dir for all end-to-end tests, so that the base is made once. KUBLER_TEST_DATA_DIR keeps it between runs,
 * for whoever works on the tests.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const kept = process.env['KUBLER_TEST_DATA_DIR'];
  const dataDir = kept ?? (await mkdtemp(join(tmpdir(), 'kubler-test-data-')));
  project.provide('dataDir', dataDir);
  return async () => {
    if (kept === undefined) await rm(dataDir, { recursive: true, force: true });
  };
}
