import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import type { FileEntry, TreeEntry } from '../../model/tree-entry.ts';
import type { ContextSource } from './read-context.ts';

/** Something that a COPY or ADD brings. */
export interface CopySource {
  /** What it is called in a destination folder. */
  readonly name: string;
  /** It itself, with an empty path, then what is in it, folders before their contents, with paths relative to it. */
  readonly entries: readonly TreeEntry[];
  /** Modes and owners of its folders are their own, as in an archive or an image; else invented, as for a checkout. */
  readonly isGenuine?: boolean;
}

const meta = { path: '', uid: 0, gid: 0, xattrs: new Map<string, Uint8Array>() };

/**
 * Files of an image folder as a COPY brings them: owned by root, 0755 for directories and for files that are
 * executable, else 0644, as git keeps them, dated `epoch`. Another checkout must give the same bytes.
 */
export async function fromContext({ name, entries }: ContextSource, epoch: number): Promise<CopySource> {
  const converted: TreeEntry[] = [];
  for (const { path, kind, hostFile, executable, target } of entries) {
    const own = { ...meta, path, mtime: epoch };
    if (kind === 'directory') converted.push({ ...own, type: 'directory', mode: 0o755 });
    else if (kind === 'symlink') converted.push({ ...own, type: 'symlink', mode: 0o777, target });
    else converted.push(await fromFile(hostFile, { path, mode: executable ? 0o755 : 0o644, mtime: epoch }));
  }
  return { name, entries: converted };
}

/** A file of this host, owned by root. */
export async function fromFile(
  hostFile: string,
  own: { readonly path: string; readonly mode: number; readonly mtime: number },
): Promise<FileEntry> {
  const hash = createHash('sha256');
  let size = 0;
  await pipeline(createReadStream(hostFile), async function (chunks: AsyncIterable<Buffer>) {
    for await (const chunk of chunks) {
      hash.update(chunk);
      size += chunk.length;
    }
  });
  const content = { kind: 'slice', hostFile, offset: 0, size } as const;
  return { ...meta, ...own, type: 'file', size, sha256: hash.digest('hex'), content };
}

/** A here-document as a file. */
export function fromText(name: string, text: string, epoch: number): CopySource {
  const bytes = Buffer.from(text);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const content = { kind: 'bytes', bytes } as const;
  const own = { ...meta, mode: 0o644, mtime: epoch, size: bytes.length, sha256, content };
  return { name, entries: [{ ...own, type: 'file' }] };
}
