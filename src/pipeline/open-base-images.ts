import { apiEngineNames } from '../model/engine-status.ts';
import type { ImageStore } from '../ports/image-store.ts';
import type { Workspace } from './workspace.ts';

/** The images that bases are made from: those of the engine; where it has none, of Docker, or Podman without a Docker. */
export async function openBaseImages({
  engine,
  openImageStore,
}: Pick<Workspace, 'engine' | 'openImageStore'>): Promise<ImageStore> {
  const used = await engine.name();
  return openImageStore(apiEngineNames.find((name) => name === used));
}
