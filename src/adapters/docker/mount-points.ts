import { targetRootPath } from '../../ports/engine.ts';
import { listChanges } from './list-changes.ts';
import { runExec } from './run-exec.ts';
import { hiddenTargetPath, needBuilder } from './session-containers.ts';
import { rootOf, type SessionState } from './session-state.ts';

/**
 * Removes what an engine made in the target root to mount something over it, if it is empty: a command that goes on there
 * would lose what is mounted. Without a builder nothing can be done from outside, and it stays.
 */
export async function removeMountPoints(state: SessionState, points: readonly string[]): Promise<void> {
  const { running } = rootOf(state, 'target');
  if (!running || !state.roots.has('builder')) return;
  const made = (await listChanges(state.host, running.id))
    .filter(({ Path, Kind }) => Kind === 1 && points.some((point) => `${point}/`.startsWith(`${Path}/`)))
    .map(({ Path }) => `.${Path}`)
    .sort((a, b) => b.length - a.length);
  if (made.length === 0) return;
  const { id, targetWritable } = await needBuilder(state, false);
  await runExec(state.host, id, {
    // Of links only the link itself is looked at.
    argv: ['find', ...made, '-maxdepth', '0', '-empty', '-delete'],
    ...{ env: [], cwd: targetWritable ? targetRootPath : hiddenTargetPath },
    ...{ user: '0:0', log: () => undefined },
  });
}
