import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeWhole } from '../../oci/whole-file.ts';
import type { SnapshotId } from '../../ports/engine.ts';
import { noHookState, type HookState } from './hook-state.ts';

/** What is known of finished snapshots: whether one is there, and what its hooks reported. */
export interface StepStore {
  /** True when both the snapshot and what its hooks said are there. */
  readonly has: (key: SnapshotId) => Promise<boolean>;
  readonly readState: (key: SnapshotId) => Promise<HookState>;
  readonly writeState: (key: SnapshotId, state: HookState) => Promise<void>;
}

/**
 * A step store that keeps hook states as JSON files in `dir`; `tmpDir` is on its file system, `hasSnapshot` asks the
 * engine.
 */
export function createStepStore(
  dir: string,
  tmpDir: string,
  hasSnapshot: (key: SnapshotId) => Promise<boolean>,
): StepStore {
  const file = (key: SnapshotId): string => join(dir, `${key}.json`);
  const read = async (key: SnapshotId): Promise<HookState | undefined> => {
    const text = await readFile(file(key), 'utf8').catch(() => undefined);
    return text === undefined ? undefined : { ...noHookState, ...(JSON.parse(text) as HookState) };
  };
  return {
    has: async (key) => (await hasSnapshot(key)) && (await read(key)) !== undefined,
    readState: async (key) => (await read(key)) ?? noHookState,
    writeState: async (key, state) => {
      await mkdir(dir, { recursive: true });
      await writeWhole(tmpDir, file(key), Buffer.from(JSON.stringify(state)));
    },
  };
}
