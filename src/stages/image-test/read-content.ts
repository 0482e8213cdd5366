import { createHash } from 'node:crypto';
import { KublerError } from '../../errors.ts';
import type { Rootfs } from '../../model/tree-entry.ts';
import type { Layout } from '../../oci/layout.ts';
import { readTarStream } from '../../oci/tar-read.ts';
import { readLayerTar, type ImageLayer } from '../publish/index.ts';

/** Larger contents are no text to look into. */
const maxBytes = 16 * 1024 * 1024;

/**
 * Content of a file of an image as text, from its layers, the topmost first. Throws `STORE_CORRUPT` when no layer has
 * what the tree says.
 */
export async function readContent(
  layout: Layout,
  layers: readonly ImageLayer[],
  tree: Rootfs,
  path: string,
): Promise<string> {
  const entry = tree.get(path);
  const sha256 = entry?.type === 'file' ? entry.sha256 : undefined;
  // Of several names of one inode only the first has the bytes; equal bytes are as good.
  const copies = [...tree.values()].filter((each) => each.type === 'file' && each.sha256 === sha256);
  const names = new Set(copies.map((each) => each.path));
  for (const layer of [...layers].reverse()) {
    for await (const member of readTarStream(readLayerTar(layout, layer))) {
      if (member.type !== 'file' || !names.has(member.path) || member.size > maxBytes) continue;
      const bytes = await collect(member.content());
      if (createHash('sha256').update(bytes).digest('hex') === sha256) return bytes.toString();
    }
  }
  throw new KublerError('STORE_CORRUPT', `cannot read "/${path}": no layer of the image has it`);
}

async function collect(source: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of source) chunks.push(chunk);
  return Buffer.concat(chunks);
}
