import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { KublerError } from '../../errors.ts';
import type { Digest } from '../../model/digest.ts';
import type { ExportFormat } from '../../model/export-format.ts';
import type { Layout } from '../../oci/layout.ts';
import { writeTar } from '../../oci/tar-write.ts';
import { dockerMembers } from './docker-members.ts';
import { flattenLayers } from './flatten-layers.ts';
import { layoutMembers } from './layout-members.ts';
import { loadImage, type LoadedImage } from './load-image.ts';
import { writeArchive } from './write-archive.ts';
import { writeFolder } from './write-folder.ts';

export interface ExportOptions {
  readonly layout: Layout;
  readonly manifestDigest: Digest;
  /** The name the image gets where the format has one: `namespace/name:tag`. */
  readonly reference: string;
  /** Its other names, for `docker-archive`: tools that read OCI layouts take a second name for a second image. */
  readonly aliases?: readonly string[];
  readonly format: ExportFormat;
  /** A path, or for a single file a stream such as standard output, which is left open. */
  readonly output: string | Writable;
  /** Replaces what is at the path. */
  readonly force?: boolean;
  /** For unpacked layers; nothing stays there. */
  readonly tmpDir: string;
}

/**
 * Writes an image to a file or folder. Throws `USAGE_INVALID` when something is there already, or when a folder is to
 * go to a stream; `STORE_CORRUPT` when the image is not whole.
 */
export async function exportImage(options: ExportOptions): Promise<void> {
  const { format, output, force = false } = options;
  const image = await loadImage(options);
  if (format === 'oci-layout') return exportFolder(image, output, force);
  const work = await mkdtemp(join(options.tmpDir, 'export-'));
  try {
    await writeArchive(writeTar(archiveMembers[format](image, work)), output, force);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function exportFolder(image: LoadedImage, output: string | Writable, force: boolean): Promise<void> {
  if (typeof output === 'string') return writeFolder(layoutMembers(image), output, force);
  throw new KublerError('USAGE_INVALID', `cannot export "${image.reference}": a folder needs a path`, {
    hint: 'use the format oci-archive for a stream',
  });
}

const archiveMembers = {
  'oci-archive': (image: LoadedImage) => layoutMembers(image),
  'docker-archive': (image: LoadedImage) => dockerMembers([image]),
  'rootfs-tar': (image: LoadedImage, work: string) => flattenLayers(image, work),
} as const satisfies Record<Exclude<ExportFormat, 'oci-layout'>, unknown>;
