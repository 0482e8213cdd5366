import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { posix } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { KublerError } from '../../errors.ts';
import type { Origin, Rootfs, TreeEntry } from '../../model/tree-entry.ts';
import { LayerDraft } from './layer-draft.ts';
import { readContext, type ContextEntry, type ContextOptions, type ContextSource } from './read-context.ts';

export interface CopyOptions extends ContextOptions {
  readonly destination: string;
  /** What a relative destination is relative to, absolute. */
  readonly workdir: string;
  /** What the image holds already, parents included. */
  readonly tree: Rootfs;
  /** mtime of everything copied, in seconds: a checkout does not keep the file's own. */
  readonly epoch: number;
}

/**
 * The layer of a COPY. The contents of a folder are copied, a destination that ends with `/` or is a directory takes
 * sources in by name, missing directories are made. Links in the image are followed inside the image. Owner is root;
 * modes are 0755 for directories and for files that are executable, else 0644, as git keeps them: another umask must give
 * the same bytes. A directory that is there keeps its mode and owner.
 * Throws what `readContext` throws, and IMAGE_INVALID where a file and a directory collide.
 */
export async function copyTree(options: CopyOptions): Promise<Rootfs> {
  const sources = await readContext(options);
  const origin: Origin = { kind: 'dockerfile', line: options.at.line };
  const meta = { uid: 0, gid: 0, mtime: options.epoch, xattrs: new Map<string, Uint8Array>(), origin };
  const layer = new LayerDraft(options.tree, meta);
  for (const source of sources) {
    for (const { entry, path } of targets(source, layer, options)) {
      if (entry.kind === 'directory') {
        if (layer.makeDirectory(path) === undefined)
          throw collision(options, path, 'something that is no directory is there');
        continue;
      }
      const parent = layer.makeDirectory(posix.dirname(path));
      if (parent === undefined)
        throw collision(options, posix.dirname(path), 'something that is no directory is there');
      const landing = posix.join(parent, posix.basename(path));
      if (layer.typeAt(landing) === 'directory') throw collision(options, path, 'a directory is there');
      layer.add({ ...(await toEntry(entry)), ...meta, path: landing });
    }
  }
  return layer.finish();
}

/** Where each entry of a source goes, as an absolute path that may still lead through links. */
function targets(
  { name, entries }: ContextSource,
  layer: LayerDraft,
  options: CopyOptions,
): { readonly entry: ContextEntry; readonly path: string }[] {
  const { destination, workdir } = options;
  const base = posix.resolve('/', workdir, destination);
  const landing = layer.landing(base);
  if (landing === undefined) throw collision(options, base, 'a file or a circle of links is in the way');
  const [first] = entries;
  // Of a single file the end of the path is followed, too: COPY x /etc/localtime goes where that link leads.
  if (first.kind === 'directory') {
    return entries.map((entry) => ({ entry, path: posix.join(base, entry.path) }));
  }
  const isFolder = /(^|\/)\.?$/.test(destination) || layer.typeAt(landing) === 'directory';
  return [{ entry: first, path: isFolder ? posix.join(base, name) : `/${landing}` }];
}

function collision({ at }: CopyOptions, path: string, reason: string): KublerError {
  return new KublerError('IMAGE_INVALID', `cannot copy to "${path}": ${reason}`, { at });
}

type Body = {
  [Type in TreeEntry['type']]: Omit<
    Extract<TreeEntry, { type: Type }>,
    'path' | 'uid' | 'gid' | 'mtime' | 'xattrs' | 'origin'
  >;
};

async function toEntry(entry: ContextEntry): Promise<Body['file'] | Body['symlink']> {
  if (entry.kind === 'symlink') return { type: 'symlink', mode: 0o777, target: entry.target };
  const hash = createHash('sha256');
  let size = 0;
  await pipeline(createReadStream(entry.hostFile), async function (chunks: AsyncIterable<Buffer>) {
    for await (const chunk of chunks) {
      hash.update(chunk);
      size += chunk.length;
    }
  });
  return {
    type: 'file',
    mode: entry.executable ? 0o755 : 0o644,
    size,
    sha256: hash.digest('hex'),
    content: { kind: 'slice', hostFile: entry.hostFile, offset: 0, size },
  };
}
