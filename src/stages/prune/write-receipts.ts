import { countRemoved } from '../../model/count-removed.ts';
import type { Receipt } from '../../model/receipt.ts';
import type { Rootfs } from '../../model/tree-entry.ts';
import { pruneRules } from './rules/table.ts';

const order = [...pruneRules.map((rule) => rule.name), 'alternatives', 'links', 'orphan-scripts'];

/** One receipt for each rule that removed something but folders, in the order of the table. */
export const writeReceipts = (tree: Rootfs, removed: ReadonlyMap<string, string>): readonly Receipt[] =>
  [...countRemoved(tree, removed)].sort((a, b) => order.indexOf(a.rule) - order.indexOf(b.rule));
