import { KublerError } from '../../errors.ts';
import type { SnapshotId } from '../../ports/engine.ts';
import { statusOf } from './daemon-error.ts';
import type { DockerHost } from './host.ts';
import {
  dataDirLabel,
  dataDirName,
  ownLabels,
  sessionLabel,
  snapshotLabel,
  toInstructions,
} from './labels.ts';
import { apiPath, bulkTimeoutMs, request } from './request.ts';

/** Repository of all snapshots; the tag is the id, so that any machine with this daemon finds them. */
const repository = 'kubler-snapshot';

export const snapshotName = (id: SnapshotId): string => `${repository}:${id}`;

export interface ImageSummary {
  readonly Id: string;
  readonly RepoTags: readonly string[] | null;
  readonly Labels: Readonly<Record<string, string>> | null;
  /** Seconds since 1970. */
  readonly Created: number;
}

/** A snapshot as an image of the daemon. */
export interface Snapshot {
  readonly id: SnapshotId;
  readonly imageId: string;
  readonly madeMs: number;
  /** It was made for this data dir. */
  readonly isOwn: boolean;
}

/** The id of an image in the daemon, by name or id; undefined when it is not there. */
export async function findImage(host: DockerHost, reference: string): Promise<string | undefined> {
  try {
    const path = apiPath`/images/${reference}/json`;
    return (await request<ImageSummary>(host, { verb: 'look for an image', method: 'GET', path })).Id;
  } catch (error) {
    if (statusOf(error) === 404) return undefined;
    throw error;
  }
}

/** The image of a snapshot; rejects with `ENGINE_REFUSED` when there is none. */
export async function requireSnapshot(host: DockerHost, id: SnapshotId): Promise<string> {
  const imageId = await findImage(host, snapshotName(id));
  if (imageId !== undefined) return imageId;
  throw new KublerError('ENGINE_REFUSED', `cannot use snapshot "${id}": it is not there (any more)`, {
    hint: 'run the command again: what is missing is made anew',
  });
}

/** All snapshots in the daemon, whoever made them. */
export async function listSnapshots(host: DockerHost): Promise<readonly Snapshot[]> {
  const images = await request<readonly ImageSummary[]>(host, {
    verb: 'list snapshots',
    method: 'GET',
    path: '/images/json',
    query: { filters: JSON.stringify({ label: [snapshotLabel] }) },
  });
  const ownDataDir = dataDirName(host.dataDir);
  return images.flatMap(({ Id, RepoTags, Labels, Created }) =>
    (RepoTags ?? []).flatMap((tag) => {
      const [, id] = snapshotTag.exec(tag) ?? [];
      const isOwn = Labels?.[dataDirLabel] === ownDataDir;
      return id === undefined ? [] : [{ id, imageId: Id, madeMs: Created * 1000, isOwn }];
    }),
  );
}
/** Podman puts a registry of its own before the name. */
const snapshotTag = new RegExp(`(?:^|/)${repository}:([0-9a-f]{64})$`);

/**
 * Keeps a container's root as an image without a name. Of a snapshot `id` it says so; otherwise it belongs to the
 * session whose labels the container has.
 * @returns the image's id
 */
export async function commitContainer(
  host: DockerHost,
  containerId: string,
  id?: SnapshotId,
): Promise<string> {
  const labels =
    id === undefined
      ? { [snapshotLabel]: '' }
      : { ...ownLabels(host), [snapshotLabel]: id, [sessionLabel]: '' };
  const { Id } = await request<{ readonly Id: string }>(host, {
    verb: 'keep a root',
    method: 'POST',
    path: '/commit',
    query: { container: containerId, pause: false, changes: toInstructions(labels) },
    timeoutMs: bulkTimeoutMs,
  });
  // Podman leaves the algorithm out here, and only here.
  return Id.includes(':') ? Id : `sha256:${Id}`;
}

/** The daemon has no way to give a name only if it is free: this process gives one after the other. */
let lastNaming: Promise<unknown> = Promise.resolve();

/** Names an image as a snapshot unless one of that id is there, which wins. @returns the image that has the name */
export function nameSnapshot(host: DockerHost, imageId: string, id: SnapshotId): Promise<string> {
  const naming = lastNaming.then(() => nameUnlessThere(host, imageId, id));
  lastNaming = naming.catch(() => undefined);
  return naming;
}

async function nameUnlessThere(host: DockerHost, imageId: string, id: SnapshotId): Promise<string> {
  const former = await findImage(host, snapshotName(id));
  if (former !== undefined) return former;
  await nameImage(host, imageId, snapshotName(id));
  return (await findImage(host, snapshotName(id))) ?? imageId;
}

/** Gives an image another name, `<repository>:<tag>`. */
export async function nameImage(host: DockerHost, image: string, name: string): Promise<void> {
  const [repo = '', tag = ''] = name.split(':');
  const path = apiPath`/images/${image}/tag`;
  await request(host, { verb: 'name a snapshot', method: 'POST', path, query: { repo, tag } });
}
