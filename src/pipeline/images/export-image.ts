import type { ImageId } from '../../model/image-id.ts';
import { openLayout } from '../../oci/layout.ts';
import { adoptDockerArchive, exportImage, type ExportOptions } from '../../stages/publish/index.ts';
import { saveStream } from '../../stages/rootfs/index.ts';
import { taggedName, type EngineReference } from '../../model/engine-reference.ts';
import { readRecord } from '../read-record.ts';
import type { Workspace } from '../workspace.ts';

export type Destination = Pick<ExportOptions, 'format' | 'output' | 'force'>;

/** Writes a built image to a path or a stream, under its first tag; a Docker archive has room for all. */
export async function exportBuiltImage(
  workspace: Workspace,
  id: ImageId,
  options: Destination,
): Promise<void> {
  const record = await readRecord(workspace, id);
  await using temp = await workspace.openTempDir();
  const [first = 'latest', ...others] = record.tags;
  await exportImage({
    layout: workspace.layout,
    manifestDigest: record.manifest.digest,
    reference: `${id}:${first}`,
    aliases: others.map((tag) => `${id}:${tag}`),
    tmpDir: temp.path,
    ...options,
  });
}

/**
 * Writes an image that Docker or Podman has, by name or ID, with its image ID and layers. Throws as `ImageStore.save` and
 * `adoptDockerArchive` do.
 */
export async function exportEngineImage(
  workspace: Workspace,
  { engine, name }: EngineReference,
  options: Destination,
): Promise<void> {
  await using images = await workspace.openImageStore(engine);
  await using temp = await workspace.openTempDir();
  const archive = `${temp.path}/archive.tar`;
  await saveStream(images.save(name), archive, { signal: workspace.signal });
  const place = { dir: `${temp.path}/layout`, tmpDir: temp.path };
  const layout = await openLayout({ ...place, withLock: (work) => work() });
  const manifestDigest = await adoptDockerArchive(archive, layout, temp.path);
  await exportImage({ layout, manifestDigest, reference: taggedName(name), tmpDir: temp.path, ...options });
}
