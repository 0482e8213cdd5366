import type { Sha256 } from '../../model/digest.ts';
import { sha256 } from './digest-folder.ts';

/** Name of an input → its digest or value. */
export type StepInputs = Readonly<Record<string, string>>;

/**
 * By kind of step. Raised with every change of Kubler that makes other bytes from the same inputs of such a step (what
 * is installed, carved, pruned, assembled, written), or other facts of the same files, so that nothing older is reused;
 * `format-versions.test.ts` notices when that is forgotten for bytes. Scripts in containers are inputs. A `layer` is that
 * of one instruction.
 */
export const formatVersions: Readonly<Record<string, string>> = { image: '8', layer: '4' };

/** The cache key of a step: a hash of all its inputs, whatever order they are given in. */
export function stepKey(kind: string, inputs: StepInputs): Sha256 {
  const sorted = Object.entries(inputs).sort(([a], [b]) => (a < b ? -1 : 1));
  return sha256(JSON.stringify([formatVersions[kind] ?? '1', kind, sorted]));
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
