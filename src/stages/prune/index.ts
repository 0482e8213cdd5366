/**
 * prune: takes out of a tree what an image can do without, and looks for what must not ship. In: a carved `Rootfs`.
 * Out: a smaller one, and a receipt for each rule. Guaranteed: what KEEP names and what the parent image has stays,
 * and the receipts account for every file and byte.
 */
export { dropOrphanScripts, type OrphanOptions } from './drop-orphan-scripts.ts';
export { findSecrets } from './find-secrets.ts';
export { findSecretTexts } from './find-secret-texts.ts';
export { keepFilter } from './keep-filter.ts';
export { isNameOfData, keepNames } from './keep-names.ts';
export { prune, type HeldBack, type PruneOptions, type PruneResult } from './prune.ts';
export { pruneRules } from './rules/table.ts';
export { ruleOf } from './rule-of.ts';
export type { PruneRule } from './rules/rule.ts';
export { safetyNet, type SafetyNetOptions } from './safety-net.ts';
export { checkRuleNames } from './select-rules.ts';
export { settleKeystores } from './settle-keystores.ts';
