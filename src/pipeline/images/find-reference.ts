import { KublerError } from '../../errors.ts';
import type { Digest } from '../../model/digest.ts';
import type { ImageId } from '../../model/image-id.ts';
import type { ImageRecord } from '../../model/image-record.ts';
import type { Project } from '../../model/project.ts';
import { didYouMean } from '../../model/suggest.ts';
import { mediaTypes, type Descriptor } from '../../oci/types.ts';
import { findBuiltImage } from './find-built-image.ts';
import { readRecord } from '../read-record.ts';
import type { Workspace } from '../workspace.ts';

/** What `NAMESPACE/IMAGE[:TAG]` names. */
export interface FoundReference {
  readonly id: ImageId;
  readonly tag: string | undefined;
  readonly manifest: Descriptor;
  /** The newest image of this name. */
  readonly record: ImageRecord;
}

/**
 * Finds an image by its name, with a tag or without: then the newest is meant. Throws as `findBuiltImage` does, and
 * `GRAPH_UNKNOWN_TARGET` for a tag that is not there.
 */
export async function findReference(
  workspace: Workspace,
  project: Project,
  text: string,
): Promise<FoundReference> {
  const colon = text.indexOf(':');
  const tag = colon < 0 ? undefined : text.slice(colon + 1);
  const id = await findBuiltImage(workspace, project, colon < 0 ? text : text.slice(0, colon));
  const record = await readRecord(workspace, id);
  if (tag === undefined)
    return { id, tag, record, manifest: { mediaType: mediaTypes.manifest, ...record.manifest } };
  const tags = await readTags(workspace, id);
  const manifest = tags.get(tag);
  if (manifest) return { id, tag, record, manifest };
  throw new KublerError('GRAPH_UNKNOWN_TARGET', `cannot find "${text}": ${id} has no such tag`, {
    hint: didYouMean(tag, tags.keys()) ?? `its tags: ${[...tags.keys()].join(', ') || 'none'}`,
  });
}

/** Tag → manifest, of all tags of an image. */
export async function readTags(
  { layout }: Pick<Workspace, 'layout'>,
  id: ImageId,
): Promise<ReadonlyMap<string, Descriptor>> {
  const named = [...(await layout.references())].filter(([name]) => name.startsWith(`${id}:`));
  return new Map(named.map(([name, descriptor]) => [name.slice(id.length + 1), descriptor]));
}

/** Tags that name a manifest. */
export const tagsOf = (tags: ReadonlyMap<string, Descriptor>, digest: Digest): readonly string[] =>
  [...tags].filter(([, each]) => each.digest === digest).map(([tag]) => tag);
