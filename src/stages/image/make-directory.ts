import { KublerError } from '../../errors.ts';
import type { Rootfs } from '../../model/tree-entry.ts';
import type { DirectoryStep } from './image-plan.ts';
import { LayerDraft } from './layer-draft.ts';

interface DirectoryOptions {
  readonly step: DirectoryStep;
  /** What the image holds already, parents included. */
  readonly tree: Rootfs;
  /** Owner of all that is made. */
  readonly uid: number;
  readonly gid: number;
  /** mtime in seconds. */
  readonly epoch: number;
}

/**
 * The layer of a WORKDIR: the directory and those above it where they are missing; empty when it is there. All of them
 * belong to the user, as BuildKit has it.
 */
export function makeDirectory({ step, tree, uid, gid, epoch }: DirectoryOptions): Rootfs {
  const origin = { kind: 'dockerfile', line: step.at.line } as const;
  const layer = new LayerDraft(tree, { uid, gid, mtime: epoch, origin });
  if (layer.makeDirectory(step.path) !== undefined) return layer.finish();
  const reason = 'something that is no directory is in the way';
  throw new KublerError('IMAGE_INVALID', `cannot make "${step.path}" for WORKDIR: ${reason}`, {
    at: step.at,
  });
}
