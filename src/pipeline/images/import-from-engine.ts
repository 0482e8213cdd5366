import type { ApiEngineName } from '../../model/engine-status.ts';
import type { ImageRecord } from '../../model/image-record.ts';
import { writeTar } from '../../oci/tar-write.ts';
import { toMembers } from '../../stages/layer/index.ts';
import type { Source } from '../../stages/source/index.ts';
import type { Workspace } from '../workspace.ts';
import { importImage, type ImportSpec } from './import-image.ts';
import { readEngineImage } from './read-engine-image.ts';
import { wantedPlatform } from './wanted-platform.ts';

/** What of an engine is imported: one of its images, or what a container is now. */
export interface EngineSource {
  /** Undefined: Docker, or Podman where there is no Docker. */
  readonly engine: ApiEngineName | undefined;
  readonly kind: 'image' | 'container';
  /** As the engine knows it. */
  readonly name: string;
}

/**
 * Makes an image, in one layer, of an image or container that Docker or Podman has, with its environment, command,
 * ports and so on. Throws as `importImage` does, and `ENGINE_REFUSED` when the engine has none of that name.
 */
export async function importFromEngine(
  workspace: Workspace,
  source: EngineSource,
  spec: Omit<ImportSpec, 'tarball' | 'config'>,
): Promise<ImageRecord> {
  await using temp = await workspace.openTempDir();
  const { tree, config } = await read(workspace, source, temp.path);
  return await importImage(workspace, { ...spec, config, tarball: writeTar(toMembers(tree)) });
}

/** A container is committed to an image without a name, which goes again. */
async function read(
  workspace: Workspace,
  { engine, kind, name }: EngineSource,
  tempDir: string,
): Promise<Source> {
  await using images = await workspace.openImageStore(engine);
  workspace.progress({ kind: 'stage', task: images.engine, stage: `save ${name}` });
  const committed = kind === 'container' ? await images.commit(name) : undefined;
  try {
    const wanted = wantedPlatform();
    return await readEngineImage(images, committed ?? name, { ...workspace, tempDir, wanted });
  } finally {
    if (committed !== undefined) await images.remove(committed);
  }
}
