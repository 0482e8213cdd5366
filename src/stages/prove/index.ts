/**
 * prove: shows that what is in an image can run. In: the final tree with its parents, facts of its files, and its
 * configuration. Out: findings, none of them for an intact Debian root. Guaranteed: no file, however made, makes it
 * fail or wait.
 */
export { prove, type ProveOptions } from './prove.ts';
export { checks } from './checks/table.ts';
export { waive } from './waive.ts';
export type { Check } from './checks/check.ts';
