import type { Reason } from '../../../model/tree-entry.ts';
import type { Needs } from '../../needs/index.ts';

/**
 * Everything that is reached from some paths, by what files need, each with the reason that was found first; nearest
 * first, so that chains are short. Links on the way are among it.
 */
export function follow(needs: Needs, roots: ReadonlyMap<string, Reason>): Map<string, Reason> {
  const reached = new Map(roots);
  const pending = [...roots.keys()];
  for (const from of pending) {
    for (const { kind, name, answer } of needs.of(from)) {
      for (const path of answer) {
        if (reached.has(path)) continue;
        reached.set(path, { from, how: `${kind} ${name}` });
        pending.push(path);
      }
    }
  }
  return reached;
}
