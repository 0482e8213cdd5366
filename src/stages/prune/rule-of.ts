import { matchesAny } from '../../model/glob.ts';
import { pruneRules } from './rules/table.ts';

/** The first rule that names a path, whether it is switched on or not, and whatever else it asks; undefined for none. */
export const ruleOf = (path: string): string | undefined =>
  pruneRules.find(({ remove, except = [] }) => matchesAny(remove)(path) && !matchesAny(except)(path))?.name;
