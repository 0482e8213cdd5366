import { addAbortSignal, Readable } from 'node:stream';
import type { ApiEngineName } from '../../model/engine-status.ts';
import type { ImageStore } from '../../ports/image-store.ts';
import { statusOf, throwIfInterrupted, toKublerError } from './daemon-error.ts';
import type { Connection } from './host.ts';
import { openAnyDaemon, openDaemon, type DaemonSearch } from './open-daemon.ts';
import { apiPath, bulkTimeoutMs, request } from './request.ts';

/**
 * Opens the images of an engine; without a name, of Docker, or of Podman where there is no Docker. Throws
 * `ENGINE_UNAVAILABLE`, of Docker, when there is none.
 */
export async function openImageStore(
  name: ApiEngineName | undefined,
  search: DaemonSearch,
): Promise<ImageStore> {
  const daemon = name === undefined ? await openAnyDaemon(search) : await openDaemon(name, search);
  const { engine, docker, status } = daemon;
  const connection: Connection = { name: engine, docker, signal: search.signal };
  return {
    engine,
    // Podman, and Docker on containerd's storage, check the archive before they look at what they have.
    knowsLayers: engine === 'docker' && graphDrivers.includes(status.storageDriver ?? ''),
    idOf: async (image) => (await inspect(connection, image))?.Id.replace(/^(?!sha256:)/, 'sha256:'),
    // Null at Podman, when there is none.
    namesOf: async (imageId) => {
      const found = await inspect(connection, imageId);
      return found && (found.RepoTags ?? []);
    },
    tag: (imageId, name) => tag(connection, imageId, name),
    load: (archive) => load(connection, archive),
    save: (image) => save(connection, image),
    commit: (container) => commit(connection, container),
    remove: async (imageId) => {
      const call = { verb: 'remove an image', method: 'DELETE', path: apiPath`/images/${imageId}` } as const;
      await request(connection, { ...call, evenInterrupted: true });
    },
    [Symbol.asyncDispose]: () => daemon[Symbol.asyncDispose](),
  };
}

/** Docker's storage of its own, by layers: `storage-driver` of dockerd(8). */
const graphDrivers: readonly string[] = [
  'overlay2',
  'fuse-overlayfs',
  'vfs',
  'btrfs',
  'zfs',
  'aufs',
  'devicemapper',
  'overlay',
];

interface Inspected {
  readonly Id: string;
  readonly RepoTags: readonly string[] | null;
}

/** Undefined: the image is not there. */
async function inspect(connection: Connection, image: string): Promise<Inspected | undefined> {
  try {
    const path = apiPath`/images/${image}/json`;
    return await request<Inspected>(connection, { verb: 'look for an image', method: 'GET', path });
  } catch (error) {
    if (statusOf(error) === 404) return undefined;
    throw error;
  }
}

async function tag(connection: Connection, imageId: string, name: string): Promise<void> {
  const colon = name.lastIndexOf(':');
  await request(connection, {
    ...{ verb: `tag ${name}`, method: 'POST', path: apiPath`/images/${imageId}/tag` },
    query: { repo: name.slice(0, colon), tag: name.slice(colon + 1) },
  });
}

async function load(connection: Connection, archive: AsyncIterable<Uint8Array>): Promise<void> {
  const answer = await request(connection, {
    ...{ verb: 'load images', method: 'POST', path: '/images/load', query: { quiet: true } },
    stream: Readable.from(archive, { objectMode: false }),
    timeoutMs: bulkTimeoutMs,
  });
  // The status was sent before the work began: what fails then is among the lines of the answer.
  const text = Buffer.isBuffer(answer) ? answer.toString() : JSON.stringify(answer);
  const [, message] = /"error":("(?:[^"\\]|\\.)*")/.exec(text) ?? [];
  if (message !== undefined)
    throw toKublerError(connection, 'load images', new Error(JSON.parse(message) as string));
}

async function* save(connection: Connection, image: string): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    const saved = Readable.from(await connection.docker.getImage(image).get());
    for await (const chunk of addAbortSignal(connection.signal, saved)) yield chunk as Buffer;
  } catch (error) {
    throwIfInterrupted(connection, `save ${image}`, error);
    throw toKublerError(connection, `save ${image}`, error);
  }
}

async function commit(connection: Connection, container: string): Promise<string> {
  const { Id: id } = await request<{ readonly Id: string }>(connection, {
    ...{ verb: `commit ${container}`, method: 'POST', path: '/commit', query: { container, pause: true } },
    timeoutMs: bulkTimeoutMs,
  });
  return id;
}
