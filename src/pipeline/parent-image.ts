import { assert, KublerError } from '../errors.ts';
import type { ImageRecord } from '../model/image-record.ts';
import type { ImageConfig, Manifest } from '../oci/types.ts';
import type { ImageStep } from '../stages/plan/index.ts';
import type { BuiltTree } from '../store/index.ts';
import { readRecord } from './read-record.ts';
import type { Workspace } from './workspace.ts';

/** A built image as its children see it. */
export interface ParentImage {
  readonly record: ImageRecord;
  readonly tree: BuiltTree;
  readonly config: ImageConfig;
  readonly manifest: Manifest;
}

/** The parent of an image that is about to be built; undefined for one on scratch. */
export async function readParent(workspace: Workspace, step: ImageStep): Promise<ParentImage | undefined> {
  if (!step.parent) return undefined;
  const record = await readRecord(workspace, step.parent.definition.id);
  if (step.parent.action === 'build' && record.key !== step.parent.key) {
    throw new KublerError(
      'STORE_CORRUPT',
      `cannot build on ${record.id}: another project replaced it meanwhile`,
      {
        hint: 'projects with images of one name need data dirs of their own: --data-dir, or KUBLER_DATA_DIR',
      },
    );
  }
  const tree = await workspace.records.readTree(record.id);
  assert(tree, `the record of ${record.id} has no tree`);
  return {
    record,
    tree,
    config: await workspace.layout.readConfig(record.configDigest),
    manifest: await workspace.layout.readManifest(record.manifest.digest),
  };
}
