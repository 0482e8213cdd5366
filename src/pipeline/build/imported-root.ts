import { assert } from '../../errors.ts';
import type { ImageRecord } from '../../model/image-record.ts';
import type { Workspace } from '../workspace.ts';

/** Makes the root that children of an imported image start from, of its one layer, unless the engine has it. */
export async function makeImportedRoot(
  { engine, layout }: Pick<Workspace, 'engine' | 'layout'>,
  { id, targetSnapshot, ownLayers: [layer] }: Pick<ImageRecord, 'id' | 'targetSnapshot' | 'ownLayers'>,
): Promise<void> {
  assert(layer, `${id} was imported as one layer`);
  if (await engine.hasSnapshot(targetSnapshot)) return;
  await engine.bootstrap({
    id: targetSnapshot,
    log: () => undefined,
    source: { kind: 'tarball', hostFile: layout.blobFile(layer.digest) },
  });
}
