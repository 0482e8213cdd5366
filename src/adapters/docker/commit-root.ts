import { assert } from '../../errors.ts';
import type { Root, SnapshotId } from '../../ports/engine.ts';
import type { DockerHost } from './host.ts';
import { apiPath, request } from './request.ts';
import { removeMountPoints } from './mount-points.ts';
import { forgetTarget, needBuilder, needTarget, stopBuilder } from './session-containers.ts';
import { inTurn, isImage, rootOf, type SessionState } from './session-state.ts';
import { commitContainer, findImage, nameSnapshot, snapshotName } from './snapshots.ts';
import { removeContainer } from './container.ts';

/** Keeps a root as a snapshot and goes on on top of it; see `Session.commit`. */
export async function commitRoot(state: SessionState, root: Root, id: SnapshotId): Promise<void> {
  assert(root === 'builder' || !isImage(state.spec.target), 'the root of an image cannot be kept');
  await inTurn(state, () => (root === 'target' ? commitTarget(state, id) : commitBuilder(state, id)));
}

async function commitTarget(state: SessionState, id: SnapshotId): Promise<void> {
  const target = rootOf(state, 'target');
  assert(target.commands.size === 0, 'the target root is committed while a command runs');
  const former = await findImage(state.host, snapshotName(id));
  const running = former === undefined ? await needTarget(state, undefined, false) : undefined;
  if (running)
    await removeMountPoints(
      state,
      state.supplies.mounts.map(({ Target }) => Target),
    );
  const made = running && (await keep(state.host, running.id, id));
  const imageId = made?.imageId ?? former;
  if (made?.isOurs === true) Object.assign(target, { kept: true, dirty: false });
  else {
    await stopBuilder(state);
    await forgetTarget(state);
  }
  target.imageId = imageId ?? target.imageId;
}

async function commitBuilder(state: SessionState, id: SnapshotId): Promise<void> {
  const builder = rootOf(state, 'builder');
  assert(builder.commands.size === 0, 'the builder root is committed while a command runs');
  const running = builder.running ?? (await needBuilder(state, false));
  const { imageId, isOurs } = await keep(state.host, running.id, id);
  builder.imageId = imageId;
  if (isOurs) return;
  builder.running = undefined;
  await removeContainer(state.host, running.id);
}

/** Makes a snapshot of a container, unless one of that id is there. */
async function keep(
  host: DockerHost,
  containerId: string,
  id: SnapshotId,
): Promise<{ readonly imageId: string; readonly isOurs: boolean }> {
  const former = await findImage(host, snapshotName(id));
  if (former !== undefined) return { imageId: former, isOurs: false };
  const own = await commitContainer(host, containerId, id);
  const imageId = await nameSnapshot(host, own, id);
  if (imageId === own) return { imageId, isOurs: true };
  const call = { verb: 'remove an image', method: 'DELETE', path: apiPath`/images/${own}` } as const;
  await request(host, call).catch(() => undefined);
  return { imageId, isOurs: false };
}
