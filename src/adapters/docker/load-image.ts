import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { KublerError } from '../../errors.ts';
import { digestHex } from '../../model/digest.ts';
import { encodeJson } from '../../oci/encode-json.ts';
import { newFile, newStreamedFile } from '../../oci/new-member.ts';
import type { TarMember } from '../../oci/tar-member.ts';
import { writeTar } from '../../oci/tar-write.ts';
import type { ImageLayer, ImageRoot } from '../../ports/engine.ts';
import type { DockerHost } from './host.ts';
import { bulkTimeoutMs, request } from './request.ts';

/**
 * Makes layers of the store an image of the daemon, without a name, to start a container from.
 * @returns its id
 * @throws KublerError `STORE_CORRUPT` when the bytes of a layer are not what its digest says
 */
export async function loadImageRoot(
  host: DockerHost,
  { layers }: ImageRoot,
  labels: Readonly<Record<string, string>>,
): Promise<string> {
  const config = encodeJson({
    architecture: process.arch === 'x64' ? 'amd64' : process.arch,
    os: 'linux',
    config: { Labels: labels },
    rootfs: { type: 'layers', diff_ids: layers.map(({ diffId }) => diffId) },
    history: layers.map(() => ({ created_by: 'kubler' })),
  });
  const answer = await request(host, {
    verb: 'load an image',
    method: 'POST',
    path: '/images/load',
    query: { quiet: true },
    stream: Readable.from(writeTar(archiveMembers(config, layers)), { objectMode: false }),
    timeoutMs: bulkTimeoutMs,
  }).catch((error: unknown) => {
    throw error instanceof KublerError && isWrongDigest(error.message)
      ? corrupt(error.message, error)
      : error;
  });
  const text = Buffer.isBuffer(answer) ? answer.toString() : JSON.stringify(answer);
  const [, error] = /"error":"((?:[^"\\]|\\.)*)"/.exec(text) ?? [];
  if (error !== undefined) throw isWrongDigest(error) ? corrupt(error) : refused(error);
  return `sha256:${createHash('sha256').update(config).digest('hex')}`;
}

const isWrongDigest = (message: string): boolean => /diff ?ID|digest/i.test(message);
const corrupt = (reason: string, cause?: unknown): KublerError =>
  new KublerError('STORE_CORRUPT', `cannot unpack layer: ${reason}`, {
    hint: 'build the image again with --force',
    cause,
  });
const refused = (reason: string): KublerError =>
  new KublerError('ENGINE_REFUSED', `cannot load an image: ${reason}`);

/** Docker image specification v1.2, "Combined Image JSON + Filesystem Changeset Format"; layers may be compressed. */
async function* archiveMembers(
  config: Buffer,
  layers: readonly ImageLayer[],
): AsyncGenerator<TarMember, void, undefined> {
  const configName = `${createHash('sha256').update(config).digest('hex')}.json`;
  const names = layers.map(({ diffId }) => `${digestHex(diffId)}.tar`);
  yield newFile('manifest.json', encodeJson([{ Config: configName, RepoTags: null, Layers: names }]));
  yield newFile(configName, config);
  for (const [at, { blobFile }] of layers.entries()) {
    const name = names[at] ?? '';
    if (names.indexOf(name) < at) continue;
    const { size } = await stat(blobFile);
    yield newStreamedFile(name, size, () => createReadStream(blobFile));
  }
}
