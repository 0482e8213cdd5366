import { KublerError } from '../../errors.ts';
import { parentPath, type Rootfs } from '../../model/tree-entry.ts';
import type { DirectoryStep } from './image-plan.ts';
import { LayerDraft } from './layer-draft.ts';

export interface DirectoryOptions {
  readonly step: DirectoryStep;
  /** What the image holds already, parents included. */
  readonly tree: Rootfs;
  /** Owner of the directory itself; those above it belong to root. */
  readonly uid: number;
  readonly gid: number;
  /** mtime in seconds. */
  readonly epoch: number;
}

/** The layer of a WORKDIR: the directory and those above it where they are missing; empty when it is there. */
export function makeDirectory({ step, tree, uid, gid, epoch }: DirectoryOptions): Rootfs {
  const origin = { kind: 'dockerfile', line: step.at.line } as const;
  const layer = new LayerDraft(tree, { uid: 0, gid: 0, mtime: epoch, origin });
  const landing = layer.landing(step.path);
  const isMissing = landing !== undefined && layer.typeAt(landing) === undefined;
  const made = isMissing && layer.makeDirectory(parentPath(landing)) !== undefined;
  if (made) {
    layer.add({
      type: 'directory',
      path: landing,
      mode: 0o755,
      uid,
      gid,
      mtime: epoch,
      xattrs: new Map(),
      origin,
    });
  } else if (landing === undefined || layer.typeAt(landing) !== 'directory') {
    const reason = 'something that is no directory is in the way';
    throw new KublerError('IMAGE_INVALID', `cannot make "${step.path}" for WORKDIR: ${reason}`, {
      at: step.at,
    });
  }
  return layer.finish();
}
