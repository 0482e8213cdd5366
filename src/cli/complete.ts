import type { Command } from '@commander-js/extra-typings';
import type { ProjectFlags } from './with-workspace.ts';

/** Names a command line may go on with, besides verbs and flags. */
export interface KnownNames {
  readonly images: readonly string[];
  /** `NAMESPACE/IMAGE:TAG` */
  readonly references: readonly string[];
  readonly namespaces: readonly string[];
  readonly builders: readonly string[];
}

/** Finds the names of the project that these flags mean. */
type ReadNames = (flags: ProjectFlags) => Promise<KnownNames>;

/** What is listed for an argument or the value of an option, by its name in the help. */
const listOf: Readonly<Record<string, (names: KnownNames) => readonly string[]>> = {
  image: ({ images }) => images,
  images: ({ images }) => images,
  // Or an image.
  container: ({ images }) => images,
  targets: ({ images, namespaces }) => [...namespaces, ...images],
  target: ({ images, namespaces }) => [...namespaces, ...images],
  // Its value may be left out.
  load: ({ images, namespaces }) => ['docker', 'podman', ...namespaces, ...images],
  parent: ({ images }) => ['scratch', ...images],
  builder: ({ builders }) => builders,
};

/**
 * What the last of these words, begun or empty, may become. None where a file is meant, or nothing is known.
 * `words`: the command line without the program's name.
 */
export async function complete(
  program: Command,
  words: readonly string[],
  readNames: ReadNames,
): Promise<readonly string[]> {
  const { given, begun, before } = joinWords(words);
  const place = findPlace(program, given);
  const candidates =
    begun.startsWith('-') && !place.isValue
      ? place.flags
      : await place.values(() => readNames(place.given), begun.includes(':'));
  const fitting = [...new Set(candidates)].filter((each) => each.startsWith(begun));
  return fitting.map((each) => each.slice(before)).sort();
}

/** bash makes words of their own of `=` and `:`. `before`: how many characters of the word begun are other words to it. */
function joinWords(words: readonly string[]) {
  const last = words.at(-1) ?? '';
  const parts = [...words.slice(0, -1).filter((word) => word !== '='), last === '=' ? '' : last];
  const given: string[] = [];
  for (const [at, word] of parts.entries()) {
    const goesOn = word === ':' || parts[at - 1] === ':';
    given.push(goesOn ? `${given.pop() ?? ''}${word}` : word);
  }
  const begun = given.pop() ?? '';
  return { given, begun, before: parts.slice(-2).includes(':') ? begun.lastIndexOf(':') + 1 : 0 };
}

interface Place {
  /** Whether the word is the value of the option before it. */
  readonly isValue: boolean;
  readonly flags: readonly string[];
  /** Values of options that are given, by their names. */
  readonly given: Readonly<Record<string, string>>;
  readonly values: (readNames: () => Promise<KnownNames>, withTags: boolean) => Promise<readonly string[]>;
}
function findPlace(program: Command, words: readonly string[]): Place {
  let command = program;
  let operands = 0;
  let isRest = false;
  let expecting: Command['options'][number] | undefined;
  const given: Record<string, string> = {};
  for (const word of words) {
    if (expecting) {
      given[expecting.attributeName()] = word;
      expecting = undefined;
    } else if (!isRest && word.length > 1 && word.startsWith('-')) {
      const [name = '', value] = word.split(/=(.*)/s);
      const option = optionWithValue(command, name);
      if (option && value !== undefined) given[option.attributeName()] = value;
      else expecting = option;
      isRest = word === '--';
    } else {
      const next = command.commands.find((each) => each.name() === word);
      if (next) command = next as unknown as Command;
      else operands += 1;
      isRest ||= operands > 0 && passesThrough(command);
    }
  }
  if (expecting) {
    const { argChoices, long } = expecting;
    return { isValue: true, flags: [], given, values: (names) => named(argChoices, long?.slice(2), names) };
  }
  return {
    isValue: false,
    flags: isRest ? [] : flagsOf(command),
    given,
    values: (names, withTags) => operandsOf(command, operands, names, withTags),
  };
}

const flagsOf = ({ options }: Command): readonly string[] => [
  ...options.filter(({ hidden }) => !hidden).flatMap(({ short, long }) => [short ?? [], long ?? []].flat()),
  '--help',
];

function optionWithValue(command: Command, word: string): Command['options'][number] | undefined {
  const option = command.options.find(({ short, long }) => word === short || word === long);
  return option && (option.required || option.optional) ? option : undefined;
}

async function operandsOf(
  command: Command,
  count: number,
  readNames: () => Promise<KnownNames>,
  withTags: boolean,
): Promise<readonly string[]> {
  const verbs = command.commands.filter((each) => !isHidden(each)).map((each) => each.name());
  if (verbs.length > 0) return count === 0 ? [...verbs, 'help'] : [];
  const { registeredArguments } = command;
  const last = registeredArguments.at(-1);
  const argument = registeredArguments[count] ?? (last?.variadic === true ? last : undefined);
  if (!argument) return [];
  if (withTags && argument.description.includes(':TAG')) return (await readNames()).references;
  return named(argument.argChoices, argument.name(), readNames);
}

async function named(
  choices: readonly string[] | undefined,
  name: string | undefined,
  readNames: () => Promise<KnownNames>,
): Promise<readonly string[]> {
  if (choices) return choices;
  const list = listOf[name ?? ''];
  return list ? list(await readNames()) : [];
}

/** What follows its first operand is not for it. */
const passesThrough = (command: object): boolean =>
  '_passThroughOptions' in command && command._passThroughOptions === true;

/** Commander tells no one but its own help. */
const isHidden = (command: object): boolean => '_hidden' in command && command._hidden === true;
