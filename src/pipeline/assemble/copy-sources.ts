import { KublerError } from '../../errors.ts';
import type { ImageRecord } from '../../model/image-record.ts';
import type { DirectoryEntry } from '../../model/tree-entry.ts';
import {
  fetchDownload,
  fromImage,
  type CopySource,
  type CopyStep,
  type Download,
} from '../../stages/image/index.ts';
import { readImageTree } from '../../stages/publish/index.ts';
import { readForeignArchive } from '../../stages/rootfs/index.ts';
import type { StepPlace } from './prepared-step.ts';
import type { Workspace } from '../workspace.ts';

const folder: DirectoryEntry = {
  ...{ path: '', type: 'directory', mode: 0o755, uid: 0, gid: 0, mtime: 0, xattrs: new Map() },
};

/**
 * What a source of an ADD brings: an archive what is in it, everything else itself.
 * @param plainFile where an archive is unpacked
 */
export async function unpackSource(
  source: CopySource,
  { at }: CopyStep,
  { runner }: Workspace,
  plainFile: string,
): Promise<CopySource> {
  const [first] = source.entries;
  if (first?.type !== 'file' || first.content.kind !== 'slice') return source;
  const { hostFile } = first.content;
  try {
    const tree = await readForeignArchive({ hostFile, plainFile, runner });
    return tree ? { name: source.name, entries: [folder, ...tree.values()], isGenuine: true } : source;
  } catch (error) {
    if (!(error instanceof KublerError)) throw error;
    // What read it knows the place of a copy.
    const named = (text: string): string =>
      [hostFile, plainFile].reduce((all, file) => all.replaceAll(file, source.name), text);
    throw withPlace(`add "${source.name}"`, error, at, named);
  }
}

/** A file that ADD fetches. */
export async function fetchSource(
  download: Download,
  { at }: CopyStep,
  { workspace, epoch }: StepPlace,
): Promise<CopySource> {
  try {
    return await fetchDownload(download, { ...workspace, epoch });
  } catch (error) {
    throw error instanceof KublerError ? withPlace('apply ADD', error, at) : error;
  }
}

/** What `COPY --from` brings of another image of the project, read by way of `tempDir`. */
export async function imageTreeSources(
  record: ImageRecord,
  { sources, at }: CopyStep,
  { layout }: Workspace,
  tempDir: string,
): Promise<readonly CopySource[]> {
  const image = { layout, manifestDigest: record.manifest.digest, reference: record.id };
  return fromImage(await readImageTree(image, tempDir), sources, { image: record.id, at });
}

function withPlace(
  what: string,
  error: KublerError,
  at: CopyStep['at'],
  named = (text: string): string => text,
): KublerError {
  const { code, message, hint, details, cause } = error;
  const options = { at, details: details.map(named), cause, ...(hint !== undefined && { hint }) };
  return new KublerError(code, `cannot ${what}: ${named(message)}`, options);
}
