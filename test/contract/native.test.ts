import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { createNativeEngine } from '../../src/adapters/native/index.ts';
import { createProcessRunner } from '../../src/adapters/system/process-runner.ts';
import { openTempDir } from '../../src/adapters/system/temp-dir.ts';
import { describeEngineContract } from './engine.contract.ts';

describeEngineContract('native', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'kubler-native-'));
  const open = (signal: AbortSignal) =>
    createNativeEngine({
      dataDir,
      openTempDir: () => openTempDir(dataDir),
      which: (command) => createProcessRunner({ signal }).which(command),
      signal,
      uid: 0,
    });
  return {
    engine: open(new AbortController().signal),
    open,
    close: async () => {
      expect(await readdir(join(dataDir, 'tmp'))).toEqual([]);
      expect(await readFile('/proc/self/mountinfo', 'utf8')).not.toContain(dataDir);
      await rm(dataDir, { recursive: true });
    },
  };
});
