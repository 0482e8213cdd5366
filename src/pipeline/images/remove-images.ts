import { KublerError, throwFaults } from '../../errors.ts';
import type { ImageId } from '../../model/image-id.ts';
import type { ImageRecord } from '../../model/image-record.ts';
import type { Project } from '../../model/project.ts';
import { findReference, readTags, type FoundReference } from './find-reference.ts';
import type { Workspace } from '../workspace.ts';

/**
 * Removes tags (`NAMESPACE/IMAGE:TAG`), or images with all their tags; an image goes with its last tag. All or none:
 * unless forced, an image that a built one stands on is `USAGE_INVALID`, with the names of its children.
 * @returns what was removed, as it was named
 */
export async function removeImages(
  workspace: Workspace,
  project: Project,
  options: { readonly images: readonly string[]; readonly force: boolean },
): Promise<readonly string[]> {
  const found: FoundReference[] = [];
  for (const text of new Set(options.images)) found.push(await findReference(workspace, project, text));
  const gone = await imagesThatGo(workspace, found);
  if (!options.force) throwFaults(await neededByChildren(workspace, gone));
  for (const { id, tag } of found)
    if (tag !== undefined) await workspace.layout.removeReference(`${id}:${tag}`);
  for (const id of gone) {
    for (const tag of (await readTags(workspace, id)).keys())
      await workspace.layout.removeReference(`${id}:${tag}`);
    await workspace.records.remove(id);
  }
  return found.map(({ id, tag }) => (tag === undefined ? id : `${id}:${tag}`));
}

/** Images named without a tag, or by all of their tags. */
async function imagesThatGo(
  workspace: Workspace,
  found: readonly FoundReference[],
): Promise<ReadonlySet<ImageId>> {
  const gone = new Set<ImageId>();
  for (const { id, tag } of found) {
    const named = new Set(found.filter((each) => each.id === id).map((each) => each.tag));
    const tags = [...(await readTags(workspace, id)).keys()];
    if (tag === undefined || tags.every((each) => named.has(each))) gone.add(id);
  }
  return gone;
}

async function neededByChildren(
  { records }: Workspace,
  gone: ReadonlySet<ImageId>,
): Promise<readonly KublerError[]> {
  const all = (await Promise.all((await records.list()).map((id) => records.read(id)))).filter(
    (record) => record !== undefined,
  );
  const staying = all.filter(({ id }) => !gone.has(id));
  return all
    .filter(({ id }) => gone.has(id))
    .flatMap((record) => {
      const children = staying.filter(({ parentDigest }) => parentDigest === record.configDigest);
      return children.length === 0 ? [] : [isNeeded(record, children)];
    });
}

const isNeeded = ({ id }: ImageRecord, children: readonly ImageRecord[]): KublerError => {
  const names = children.map((child) => child.id).join(' ');
  return new KublerError('USAGE_INVALID', `cannot remove ${id}: built images stand on it`, {
    details: children.map((child) => child.id),
    hint: `kubler rm ${names} ${id} removes all of them; with --force it goes alone: they still run, and need it again to be built`,
  });
};
