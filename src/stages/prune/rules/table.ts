import { desktopRules } from './desktop.ts';
import { developmentRules } from './development.ts';
import { documentationRules } from './documentation.ts';
import { identityRule } from './identity.ts';
import { languageRules } from './languages.ts';
import { leftoverRules } from './leftovers.ts';
import type { PruneRule } from './rule.ts';
import { serviceRules } from './services.ts';
import { stateRules } from './state.ts';

/** Every rule, in the order of receipts. A path that several rules name counts for the first of them. */
export const pruneRules: readonly PruneRule[] = [
  identityRule,
  ...leftoverRules,
  ...stateRules,
  ...documentationRules,
  ...developmentRules,
  ...languageRules,
  ...desktopRules,
  ...serviceRules,
];
