import { mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { assert } from '../../errors.ts';
import type { Root, SnapshotId } from '../../ports/engine.ts';
import { interruptible } from './interruption.ts';
import type { Overlay } from './overlay.ts';
import { openRoot, type SessionState } from './session-state.ts';
import { findSnapshot, publishSnapshot } from './snapshot-store.ts';

/** Keeps a root as a snapshot and goes on on top of it; see `Session.commit`. */
export async function commitRoot(state: SessionState, root: Root, id: SnapshotId): Promise<void> {
  const overlay = state.roots.get(root);
  assert(overlay, `there is no ${root} root to commit`);
  assert(root === 'builder' || typeof state.spec.target === 'string', 'the root of an image cannot be kept');
  assert(state.running === 0, `the ${root} root is committed while a command runs`);
  await interruptible(state.host.signal, 'keep a snapshot', () => replaceRoot(state, root, overlay, id));
}

/** The upper directory becomes the snapshot's layer, so nothing may be mounted over it meanwhile. */
async function replaceRoot(state: SessionState, root: Root, overlay: Overlay, id: SnapshotId): Promise<void> {
  const { host, temp, helper } = state;
  state.count += 1;
  await helper.unmount(overlay.mountPoint);
  state.roots.delete(root);
  if (!(await findSnapshot(host, id))) {
    const stageDir = join(temp.path, `commit-${state.count}`);
    await mkdir(stageDir);
    await rename(overlay.upperDir, join(stageDir, 'fs'));
    await publishSnapshot(host, id, stageDir, overlay.layers);
  }
  const next = await openRoot(host, temp, `${root}-${state.count}`, id);
  await helper.mount(next);
  state.roots.set(root, next);
}
