import { didYouMean } from '../../model/suggest.ts';
import type { Diagnostics } from './diagnostics.ts';
import type { ShellValue } from './evaluate-word.ts';
import { knownVariables, type VariableHome } from './known-variables.ts';
import type { Assigned, Assignments } from './read-assignments.ts';

const homeNames: Readonly<Record<VariableHome, string>> = {
  image: 'the build.conf of an image',
  builder: 'the build.conf of a builder',
  'kubler.conf': 'kubler.conf',
};

const isSwitchedOn = (value: ShellValue): boolean => value.length > 0 && value !== 'false';

/**
 * Notes upper-case names without a meaning (with a suggestion, unless the file itself uses them), names that belong
 * into another kind of file, and names that do nothing in this version.
 */
export function warnOfVariables(
  assignments: Assignments,
  home: VariableHome,
  diagnostics: Diagnostics,
): void {
  const idle: Assigned[] = [];
  const idleNames: string[] = [];
  const atHome = [...knownVariables].filter(([, { homes }]) => homes.includes(home)).map(([name]) => name);
  for (const [name, assigned] of assignments.byName) {
    const { value, nameAt } = assigned;
    if (!/^[A-Z][A-Z0-9_]*$/.test(name) || name.startsWith('BOB_')) continue;
    const meaning = knownVariables.get(name);
    if (meaning === undefined) {
      if (assignments.used.has(name)) continue;
      const hint = didYouMean(name, atHome);
      // Any other name in a kubler.conf is a value for the files below.
      if (home === 'kubler.conf' && hint === undefined) continue;
      diagnostics.warn(nameAt, `${name} has no meaning${hint === undefined ? '' : `, ${hint}`}`);
    } else if (!meaning.homes.includes(home)) {
      const places = meaning.homes.map((each) => homeNames[each]).join(' or ');
      diagnostics.warn(nameAt, `${name} has no effect here: it belongs into ${places}`);
    } else if (!meaning.works && isSwitchedOn(value)) {
      idle.push(assigned);
      idleNames.push(name);
    }
  }
  const verb = idle.length === 1 ? 'has' : 'have';
  if (idle[0]) diagnostics.warn(idle[0].nameAt, `${idleNames.join(', ')} ${verb} no effect in this version`);
}
