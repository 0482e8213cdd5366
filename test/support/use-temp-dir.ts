import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

/** A fresh folder for the tests of the file or block that calls this; removed after them. */
export function useTempDir(): string {
  const dir = mkdtempSync(join(tmpdir(), 'kubler-test-'));
  afterAll(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}
