import type { Sha256 } from '../../model/digest.ts';
import { sha256 } from './digest-folder.ts';

/** Name of an input → its digest or value. */
export type StepInputs = Readonly<Record<string, string>>;

/**
 * Changes whenever Kubler itself would build other bytes from the same inputs, so that nothing older is reused.
 */
const formatVersion = '1';

/** The cache key of a step: a hash of all its inputs, whatever order they are given in. */
export function stepKey(kind: string, inputs: StepInputs): Sha256 {
  const sorted = Object.entries(inputs).sort(([a], [b]) => (a < b ? -1 : 1));
  return sha256(JSON.stringify([formatVersion, kind, sorted]));
}

/** The inputs that differ, as a reason people can read; undefined when none does. */
export function changedInputs(before: StepInputs, after: StepInputs): string | undefined {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  const changed = names.filter((name) => before[name] !== after[name]);
  if (changed.length === 0) return undefined;
  const shown = changed.slice(0, 3).map((name) => describeChange(name, before[name], after[name]));
  const more = changed.length - shown.length;
  return more > 0 ? `${shown.join(', ')} and ${more} more` : shown.join(', ');
}

function describeChange(name: string, before: string | undefined, after: string | undefined): string {
  if (before === undefined) return `${name} added`;
  return after === undefined ? `${name} removed` : `${name} changed`;
}
