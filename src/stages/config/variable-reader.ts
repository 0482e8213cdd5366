import type { KublerErrorOptions } from '../../errors.ts';
import { didYouMean } from '../../model/suggest.ts';
import type { VariablePositions } from '../../model/project.ts';
import type { Diagnostics } from './diagnostics.ts';
import type { Assigned, Assignments } from './read-assignments.ts';

/** Typed reading of a build.conf. An empty value counts as none. */
export interface VariableReader {
  has(name: string): boolean;
  /** One value; a list is a fault. */
  text(name: string): string | undefined;
  /** A list, or the blank-separated words of one value. */
  list(name: string): readonly string[] | undefined;
  /** The elements of a list, or the lines of one value, trimmed, each with its own way to say that it cannot be used. */
  entries(name: string): readonly Entry[];
  /** One of `allowed`; anything else is a fault. */
  choice<Choice extends string>(name: string, allowed: readonly Choice[]): Choice | undefined;
  /** Notes that the value of a variable cannot be used. */
  fault(name: string, reason: string, options?: Pick<KublerErrorOptions, 'hint'>): void;
  positions(names: readonly string[]): VariablePositions;
}

export interface Entry {
  readonly text: string;
  readonly fault: (reason: string, hint: string) => void;
}

const show = ({ value }: Assigned): string =>
  typeof value === 'string' ? `"${value}"` : `(${value.join(' ')})`;

const quoteAll = (names: readonly string[]): string => names.map((name) => `"${name}"`).join(' or ');

function entriesOf(
  assigned: Assigned | undefined,
  where: string,
  diagnostics: Diagnostics,
): readonly Entry[] {
  if (!assigned) return [];
  const { value, valueAt, elementsAt } = assigned;
  const texts = typeof value === 'string' ? value.split('\n') : value;
  const entries = texts.map((each, index) => {
    const text = each.trim();
    const fault: Entry['fault'] = (reason, hint) => {
      const at = elementsAt?.[index] ?? valueAt;
      diagnostics.fault(`cannot use "${text}" in ${where}: ${reason}`, { at, hint });
    };
    return { text, fault };
  });
  return entries.filter(({ text }) => text !== '');
}

/** A reader of `assignments`; `subject` is whose they are, for messages: `image "web/apache2"`. */
export function createVariableReader(
  assignments: Pick<Assignments, 'byName'>,
  subject: string,
  diagnostics: Diagnostics,
): VariableReader {
  const find = (name: string): Assigned | undefined => {
    const assigned = assignments.byName.get(name);
    return assigned === undefined || assigned.value.length === 0 ? undefined : assigned;
  };
  const reader: VariableReader = {
    has: (name) => find(name) !== undefined,
    text(name) {
      const value = find(name)?.value;
      if (value === undefined || typeof value === 'string') return value;
      reader.fault(name, 'it must be one value, not a list');
      return undefined;
    },
    list(name) {
      const value = find(name)?.value;
      if (typeof value !== 'string') return value?.filter((word) => word !== '');
      return value.split(/\s+/).filter((word) => word !== '');
    },
    entries: (name) => entriesOf(find(name), `${name} of ${subject}`, diagnostics),
    choice(name, allowed) {
      const value = reader.text(name);
      const choice = allowed.find((each) => each === value);
      if (value === undefined || choice !== undefined) return choice;
      const hint = didYouMean(value, allowed);
      reader.fault(name, `it must be ${quoteAll(allowed)}`, hint === undefined ? {} : { hint });
      return undefined;
    },
    fault(name, reason, options = {}) {
      const assigned = assignments.byName.get(name);
      const what = assigned === undefined ? name : `${name}=${show(assigned)}`;
      const at = assigned === undefined ? {} : { at: assigned.valueAt };
      diagnostics.fault(`cannot use ${what} of ${subject}: ${reason}`, { ...options, ...at });
    },
    positions: (names) =>
      new Map(
        names.flatMap((name) => {
          const at = find(name)?.valueAt;
          return at === undefined ? [] : [[name, at] as const];
        }),
      ),
  };
  return reader;
}
