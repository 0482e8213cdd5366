import type { TreeFacts } from '../../model/file-facts.ts';
import { findInterpreters } from '../../model/find-interpreter.ts';
import { resolvePath } from '../../model/resolve-path.ts';
import { isModule } from '../../model/shebang.ts';
import type { Rootfs } from '../../model/tree-entry.ts';
import { commandPlaces } from '../../oci/command-places.ts';
import { envValue } from '../../oci/env-value.ts';
import type { RuntimeConfig } from '../../oci/types.ts';
import { elfNeeds } from './elf-needs.ts';
import { loadNeeds } from './load-needs.ts';
import type { Need } from './need.ts';

/** The files of a tree as a graph: each with what it needs to run, and what answers that. */
export interface Needs {
  /** In the order a file asks; nothing for what is not in the tree. */
  readonly of: (path: string) => readonly Need[];
}

export interface NeedsOptions {
  /** With the parents'. */
  readonly tree: Rootfs;
  readonly facts: TreeFacts;
  /** Of the image: where a container looks for commands, and LD_LIBRARY_PATH. */
  readonly config?: RuntimeConfig;
}

/** Pure; each file is looked at when it is asked for, and once. */
export function findNeeds({ tree, facts, config = {} }: NeedsOptions): Needs {
  const places = commandPlaces(config);
  const elfs = elfNeeds(tree, facts, envValue(config, 'LD_LIBRARY_PATH'));
  const loads = loadNeeds(tree, facts, elfs);
  const known = new Map<string, readonly Need[]>();

  const find = (path: string): readonly Need[] => {
    const entry = tree.get(path);
    if (entry?.type === 'symlink') return [targetOf(tree, path, entry.target)];
    const { elf, shebang } = (entry?.type === 'file' && facts.get(path)) || {};
    if (elf) return [...elfs.of(path, elf), ...loads(path, elf)];
    if (shebang === undefined || isModule(path)) return [];
    return findInterpreters(tree, shebang, places).map(({ command, answer, fault }) => ({
      ...{ kind: 'interpreter', name: command, answer },
      ...(fault !== undefined && { fault: `which ${fault}` }),
    }));
  };
  return {
    of: (path) => {
      const needs = known.get(path) ?? find(path);
      known.set(path, needs);
      return needs;
    },
  };
}

function targetOf(tree: Rootfs, path: string, target: string): Need {
  const end = resolvePath(tree, path);
  const need = { kind: 'target', name: target, answer: [] } as const;
  if (!end.found) return { ...need, fault: `and there is no /${end.at}` };
  // The first link is the one that asks.
  return { ...need, answer: [...end.links.slice(1), end.path].filter((each) => each !== '') };
}
