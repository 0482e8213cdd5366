import type { TreeFacts } from './file-facts.ts';
import { checkCodes, type CheckCode } from './finding.ts';
import type { Rootfs } from './tree-entry.ts';

/** What was proved of an image, besides the findings. */
export interface Proof {
  /** Regular files of the tree, parents included. */
  readonly files: number;
  /** Programs and libraries among them. */
  readonly elfs: number;
  /** Every one that was run. */
  readonly checks: readonly CheckCode[];
}

/** Counts what `prove` looks at. */
export const describeProof = (tree: Rootfs, facts: TreeFacts): Proof => ({
  files: [...tree.values()].filter(({ type }) => type === 'file').length,
  elfs: [...facts.values()].filter(({ elf }) => elf !== undefined).length,
  checks: checkCodes,
});
