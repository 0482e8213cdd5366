import type { SnapshotId } from '../../ports/engine.ts';
import type { Workspace } from '../workspace.ts';

/** Makes a snapshot unless it is there. Of several that need the same one makes it, and the others wait. */
export async function makeOnce(
  { engine, progress, withLock }: Pick<Workspace, 'engine' | 'progress' | 'withLock'>,
  task: string,
  id: SnapshotId,
  make: () => Promise<void>,
): Promise<void> {
  if (await engine.hasSnapshot(id)) return;
  const onWait = (): void => progress({ kind: 'stage', task, stage: 'wait for another build that makes it' });
  const work = async (): Promise<void> => {
    if (!(await engine.hasSnapshot(id))) await make();
  };
  await withLock(`snapshot-${id.slice(0, 16)}`, work, onWait);
}
