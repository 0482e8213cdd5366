import { KublerError, type SourcePosition } from '../../errors.ts';
import { didYouMean } from '../../model/suggest.ts';
import type { PruneRule } from './rules/rule.ts';
import { pruneRules } from './rules/table.ts';

/** What switches rules on and off. */
export interface RuleChoice {
  /** `docs` for on, `-docs` for off, `all` and `-all` for every rule that has a choice; the last word counts. */
  readonly rules: readonly string[];
  readonly keepHeaders: boolean;
  readonly keepStaticLibs: boolean;
}

/**
 * Faults in a list of rule names: `CONFIG_INVALID` for each name that is no rule, or that cannot be switched off.
 * `positionOf` says where a name stands, if it stands in a file.
 */
export function checkRuleNames(
  names: readonly string[],
  positionOf: (name: string) => SourcePosition | undefined = () => undefined,
): readonly KublerError[] {
  return names.flatMap((name) => {
    const at = positionOf(name);
    const place = at && { at };
    const wanted = name.replace(/^-/, '');
    if (wanted === 'all') return [];
    const rule = pruneRules.find((each) => each.name === wanted);
    if (!rule) {
      const known = pruneRules.map((each) => each.name);
      const hint = didYouMean(wanted, known) ?? `the rules are ${known.join(', ')}`;
      return [
        new KublerError('CONFIG_INVALID', `cannot use prune rule "${wanted}": no rule has this name`, {
          ...place,
          hint,
        }),
      ];
    }
    if (rule.mode !== 'always' || !name.startsWith('-')) return [];
    return [
      new KublerError('CONFIG_INVALID', `cannot switch off prune rule "${wanted}": it always applies`, {
        ...place,
        hint: 'KEEP in the build.conf of the image names single files that stay',
      }),
    ];
  });
}

/** The rules that apply, in the order of the table. Names that `checkRuleNames` objects to change nothing. */
export function selectRules(choice: RuleChoice): readonly PruneRule[] {
  return pruneRules.filter((rule) => {
    if (rule.mode === 'always') return true;
    if (rule.keptBy === 'headers' && choice.keepHeaders) return false;
    if (rule.keptBy === 'static-libs' && choice.keepStaticLibs) return false;
    const words = choice.rules.filter((word) => /^-?all$/.test(word) || word.replace(/^-/, '') === rule.name);
    const last = words.at(-1);
    return last === undefined ? rule.mode === 'on' : !last.startsWith('-');
  });
}
