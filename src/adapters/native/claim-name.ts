import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { KublerError } from '../../errors.ts';
import { withLock } from '../system/lock.ts';
import { liveTempDirs, type TempDir } from '../system/temp-dir.ts';
import type { NativeHost } from './snapshot-store.ts';

const nameFile = 'name';

/**
 * Makes a name that of one container. The claim lies in the container's temporary folder and is gone with it, or with
 * its process. Rejects with `ENGINE_REFUSED` when another running container has the name.
 */
export async function claimName(host: NativeHost, temp: TempDir, name: string): Promise<void> {
  const { dataDir, signal } = host;
  await withLock(
    dataDir,
    'names',
    async () => {
      for await (const { path } of liveTempDirs(dataDir)) {
        const taken = await readFile(join(path, nameFile), 'utf8').catch(() => undefined);
        if (taken === name) throw refused(name);
      }
      await writeFile(join(temp.path, nameFile), name);
    },
    { signal },
  );
}

const refused = (name: string): KublerError =>
  new KublerError('ENGINE_REFUSED', `cannot name a container "${name}": one of that name is running`, {
    hint: 'stop it, or choose another name',
  });
