import { KublerError } from '../../errors.ts';
import type { ApiEngineName } from '../../model/engine-status.ts';
import type { ImageRecord } from '../../model/image-record.ts';
import type { ImageStore } from '../../ports/image-store.ts';
import { writeDockerArchive, type ArchivedImage } from '../../stages/publish/index.ts';
import type { Workspace } from '../workspace.ts';

/**
 * Brings built images into Docker or Podman, under all their tags: what is there already is not sent. The image IDs there
 * are the ones of the records. Returns the engine; without a name it is Docker, or Podman where there is no Docker.
 * Throws `ENGINE_UNAVAILABLE`, `ENGINE_REFUSED`, `STORE_CORRUPT`.
 */
export async function loadImages(
  workspace: Workspace,
  engine: ApiEngineName | undefined,
  records: readonly ImageRecord[],
): Promise<ApiEngineName> {
  await using images = await workspace.openImageStore(engine);
  const missing: ImageRecord[] = [];
  for (const record of records) if (!(await isThere(images, record))) missing.push(record);
  const task = images.engine;
  if (missing.length === 0) {
    workspace.progress({ kind: 'skipped', task, reason: 'it has the images' });
    return task;
  }
  workspace.progress({ kind: 'stage', task, stage: `load ${count(missing.length)}` });
  const archived: ArchivedImage[] = [];
  for (const record of missing) archived.push(await toArchived(workspace, images, record));
  await images.load(writeDockerArchive(archived));
  for (const record of missing) {
    if ((await images.namesOf(record.configDigest)) === undefined) throw renamed(images.engine, record);
  }
  workspace.progress({ kind: 'done', task, summary: `${count(missing.length)} loaded` });
  return task;
}

const count = (images: number): string => (images === 1 ? '1 image' : `${images} images`);

const namesIn = ({ id, tags }: ImageRecord): readonly string[] => tags.map((tag) => `${id}:${tag}`);

/** Whether an image is in the engine, with its tags: those are given to it if need be. */
async function isThere(images: ImageStore, record: ImageRecord): Promise<boolean> {
  const names = await images.namesOf(record.configDigest);
  if (!names) return false;
  // Podman says `localhost/NAME:TAG`.
  const lacks = namesIn(record).filter(
    (name) => !names.some((each) => each === name || each.endsWith(`/${name}`)),
  );
  for (const name of lacks) await images.tag(record.configDigest, name);
  return true;
}

/** Where the engine lets, without the layers of a parent that is there. */
async function toArchived(
  { layout }: Workspace,
  images: ImageStore,
  record: ImageRecord,
): Promise<ArchivedImage> {
  const [reference = record.id, ...aliases] = namesIn(record);
  const { parentDigest } = record;
  const hasParent =
    images.knowsLayers && parentDigest !== undefined && (await images.namesOf(parentDigest)) !== undefined;
  return {
    ...{ layout, manifestDigest: record.manifest.digest, reference, aliases },
    skippedLayers: hasParent ? record.layerCount - record.ownLayers.length : 0,
  };
}

const renamed = (engine: ApiEngineName, { id, configDigest }: ImageRecord): KublerError =>
  new KublerError(
    'ENGINE_REFUSED',
    `cannot load ${id}: ${engine} took it in, and does not have it as ${configDigest}`,
    {
      hint: `docker-archive is read by all versions: kubler export ${id}`,
    },
  );
