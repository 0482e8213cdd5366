import { KublerError } from '../../errors.ts';
import type { ImageId } from '../../model/image-id.ts';
import type { ImageRecord } from '../../model/image-record.ts';
import type { ImageConfig, Manifest } from '../../oci/types.ts';
import type { ImageStep } from '../../stages/plan/index.ts';
import type { BuiltTree } from '../../store/index.ts';
import { readRecord } from '../read-record.ts';
import { makeImportedRoot } from './imported-root.ts';
import type { Workspace } from '../workspace.ts';

/** A built image as its children see it. */
export interface ParentImage {
  readonly record: ImageRecord;
  readonly tree: BuiltTree;
  readonly config: ImageConfig;
  readonly manifest: Manifest;
}

/**
 * The parent of an image that is about to be built; undefined for one on scratch. `STORE_CORRUPT` when it is not the
 * one the plan was made for.
 */
export async function readParent(workspace: Workspace, step: ImageStep): Promise<ParentImage | undefined> {
  const planned = step.imported ?? (step.parent && { id: step.parent.definition.id, key: step.parent.key });
  if (!planned) return undefined;
  const record = await readRecord(workspace, planned.id);
  const tree = record.key === planned.key ? await workspace.records.readTree(record) : undefined;
  if (!tree) throw replaced(record.id);
  if (record.imported !== undefined) await makeImportedRoot(workspace, record);
  return {
    record,
    tree,
    config: await workspace.layout.readConfig(record.configDigest),
    manifest: await workspace.layout.readManifest(record.manifest.digest),
  };
}

const replaced = (id: ImageId): KublerError =>
  new KublerError(
    'STORE_CORRUPT',
    `cannot build on ${id}: another project, or another build, replaced it meanwhile`,
    {
      hint: 'projects with images of one name need data dirs of their own: --data-dir, or KUBLER_DATA_DIR',
    },
  );
