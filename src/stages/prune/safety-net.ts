import { findCommand } from '../../model/find-command.ts';
import type { TreeFacts } from '../../model/file-facts.ts';
import type { Rootfs } from '../../model/tree-entry.ts';
import { commandPlaces } from '../../oci/command-places.ts';
import { programsIn, startedCommands } from '../../oci/started-commands.ts';
import type { RuntimeConfig } from '../../oci/types.ts';
import { findNeeds } from '../needs/index.ts';

export interface SafetyNetOptions {
  /** What is pruned. */
  readonly rootfs: Rootfs;
  /** What its parents have. */
  readonly parent: Rootfs;
  /** Facts of both. */
  readonly facts: TreeFacts;
  readonly config: RuntimeConfig;
}

/**
 * Tells which paths would be missed: for what is left of a tree, path → who needs it, of what was there and answered a need
 * that nothing answers now. Optional needs are not asked: rules are there to decide on those.
 */
export function safetyNet({ rootfs, parent, facts, config }: SafetyNetOptions) {
  const places = commandPlaces(config);
  const withParent = (tree: Rootfs): Rootfs => new Map([...parent, ...tree]);
  const needsIn = (tree: Rootfs) => findNeeds({ tree, facts, config });
  const whole = withParent(rootfs);
  const before = needsIn(whole);

  return (left: Rootfs): ReadonlyMap<string, string> => {
    const tree = withParent(left);
    const now = needsIn(tree);
    const missed = new Map<string, string>();
    const miss = (paths: readonly string[], by: string): void => {
      for (const path of paths) if (!tree.has(path) && !missed.has(path)) missed.set(path, by);
    };
    for (const { instruction, words } of startedCommands(config)) {
      for (const program of programsIn(words)) {
        const found = findCommand(whole, program, places);
        if (found.found && !findCommand(tree, program, places).found)
          miss([...found.links, found.path], instruction);
      }
    }
    for (const path of facts.keys()) {
      if (!tree.has(path)) continue;
      const answers = before.of(path);
      now.of(path).forEach(({ kind, name, answer, importance }) => {
        if (answer.length > 0 || importance === 'optional') return;
        const former = answers.find((need) => need.kind === kind && need.name === name);
        miss(former?.answer ?? [], `/${path}`);
      });
    }
    return missed;
  };
}
