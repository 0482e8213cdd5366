import { createHash, type Hash } from 'node:crypto';
import { chmod, mkdir, open, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { KublerError } from '../../errors.ts';
import { digestHex, type Digest } from '../../model/digest.ts';
import { parentPath } from '../../model/tree-entry.ts';
import { readTarStream } from '../../oci/tar-read.ts';
import { writeTar } from '../../oci/tar-write.ts';
import type { RunSpec } from '../../ports/engine.ts';
import { withLock } from '../system/lock.ts';
import { resolveInRoot } from './mount-points.ts';
import { toOverlayMembers } from './overlay-members.ts';
import { runCommand, withUmask, type Argv } from './run-command.ts';
import { writeToDisk, type NativeHost } from './snapshot-store.ts';

type Layer = RunSpec['layers'][number];

/** Folder of unpacked layers, as lower layers of an overlay: `<name>/fs`. */
export const layersDir = (host: Pick<NativeHost, 'dataDir'>): string => join(host.dataDir, 'layers');

/** Short, because the names of all layers of a root must fit in one page (see `overlayOptions`). */
export const layerName = (diffId: Digest): string => digestHex(diffId).slice(0, 16);

/** Folder of a scratch folder with a file per unpacked layer that must stay while the scratch folder exists. */
export const layerPinsFolder = 'layer-pins';

/** Runs work while no other process pins or removes unpacked layers. */
export const lockLayers = <T>(host: NativeHost, work: () => Promise<T>): Promise<T> =>
  withLock(host.dataDir, 'layers', work, { signal: host.signal });

/**
 * Has the layers of an image unpacked as long as the scratch folder exists, and returns their names in the layers
 * folder, lowest first. Each appears complete or not at all; rejects with `STORE_CORRUPT` when the bytes are not
 * what the image says.
 */
export async function unpackLayers(
  host: NativeHost,
  layers: readonly Layer[],
  tempDir: string,
): Promise<readonly string[]> {
  const names = layers.map(({ diffId }) => layerName(diffId));
  const pins = join(tempDir, layerPinsFolder);
  await mkdir(pins, { recursive: true });
  await lockLayers(host, () => Promise.all(names.map((name) => writeFile(join(pins, name), ''))));
  for (const layer of layers) await unpackLayer(host, layer);
  return names;
}

async function unpackLayer(host: NativeHost, layer: Layer): Promise<void> {
  const name = layerName(layer.diffId);
  const place = join(layersDir(host), name);
  if (await exists(place)) return;
  // Only root may look in: there may be setuid programs.
  await mkdir(layersDir(host), { recursive: true, mode: 0o700 });
  await using temp = await host.openTempDir();
  const stage = join(temp.path, name);
  const rootDir = join(stage, 'fs');
  await mkdir(rootDir, { recursive: true });
  await chmod(rootDir, 0o755);
  await extract(layer, rootDir, host.inUserNamespace);
  await writeToDisk(stage);
  await rename(stage, place).catch(async (error: unknown) => {
    if (!(await exists(place))) throw error;
  });
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

async function extract(layer: Layer, rootDir: string, inUserNamespace: boolean): Promise<void> {
  const digest = createHash('sha256');
  const whiteouts: string[] = [];
  const read = readTarStream(hashing(decompress(layer.blobFile), digest));
  const members = toOverlayMembers(read, whiteouts, inUserNamespace);
  await runOrRefuse(
    [
      ...([
        'tar',
        '--extract',
        '--file=-',
        `--directory=${rootDir}`,
        '--numeric-owner',
        '--same-owner',
      ] as const),
      ...['--preserve-permissions', '--xattrs', '--xattrs-include=*'],
    ],
    writeTar(members),
  );
  const actual = digest.digest('hex');
  if (actual !== digestHex(layer.diffId)) {
    throw new KublerError(
      'STORE_CORRUPT',
      `cannot unpack layer "${layer.diffId}": its bytes are sha256:${actual}`,
      {
        hint: 'build the image again with --force',
      },
    );
  }
  await makeWhiteouts(rootDir, whiteouts);
}

/** A gzip stream by its magic number (RFC 1952, section 2.3.1); anything else as it is. */
async function* decompress(hostFile: string): AsyncGenerator<Buffer, void, undefined> {
  await using file = await open(hostFile);
  const { buffer: start } = await file.read(Buffer.alloc(2), 0, 2, 0);
  const source = file.createReadStream({ start: 0, highWaterMark: 1 << 20, autoClose: false });
  const isGzip = start[0] === 0x1f && start[1] === 0x8b;
  // An error of the source reaches the reader through what it is piped into.
  yield* (isGzip ? pipeline(source, createGunzip(), () => undefined) : source) as AsyncIterable<Buffer>;
}

async function* hashing(source: AsyncIterable<Buffer>, hash: Hash): AsyncGenerator<Buffer, void, undefined> {
  for await (const chunk of source) {
    hash.update(chunk);
    yield chunk;
  }
}

/** Removed files are character devices 0/0 to overlayfs. None is made through a symlink of the layer itself. */
async function makeWhiteouts(rootDir: string, paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    const folder = `/${parentPath(path)}`;
    const resolved = await resolveInRoot(rootDir, folder);
    if (resolved.path !== folder) {
      throw new KublerError('ROOTFS_ESCAPE', `cannot unpack layer: "${path}" is removed through a symlink`);
    }
    await mkdir(join(rootDir, folder), { recursive: true });
    await runOrRefuse(['mknod', join(rootDir, path), 'c', '0', '0']);
  }
}

async function runOrRefuse(argv: Argv, stdin?: AsyncIterable<Uint8Array>): Promise<void> {
  const lines: string[] = [];
  const { exitCode } = await runCommand({
    argv: withUmask(argv),
    log: (line) => lines.push(line),
    ...(stdin && { stdin }),
  });
  if (exitCode === 0) return;
  const reason = lines.at(-1) ?? `${argv[0]} ended with status ${exitCode}`;
  throw new KublerError('ENGINE_REFUSED', `cannot unpack layer: ${reason}`, { details: lines.slice(0, -1) });
}
