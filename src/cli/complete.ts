import type { Command } from '@commander-js/extra-typings';

/** Names a command line may go on with, besides verbs and flags. */
export interface KnownNames {
  readonly images: readonly string[];
  readonly namespaces: readonly string[];
  readonly builders: readonly string[];
}

/** What is listed for an argument or the value of an option, by its name in the help. */
const listOf: Readonly<Record<string, (names: KnownNames) => readonly string[]>> = {
  image: ({ images }) => images,
  images: ({ images }) => images,
  targets: ({ images, namespaces }) => [...namespaces, ...images],
  target: ({ images, namespaces }) => [...namespaces, ...images],
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
  readNames: () => Promise<KnownNames>,
): Promise<readonly string[]> {
  // bash makes words of their own of `=`.
  const given = words.slice(0, -1).filter((word) => word !== '=');
  const begun = (words.at(-1) ?? '').replace(/^=$/, '');
  const place = findPlace(program, given);
  const candidates = begun.startsWith('-') && !place.isValue ? place.flags : await place.values(readNames);
  return [...new Set(candidates)].filter((each) => each.startsWith(begun)).sort();
}

interface Place {
  /** Whether the word is the value of the option before it. */
  readonly isValue: boolean;
  readonly flags: readonly string[];
  readonly values: (readNames: () => Promise<KnownNames>) => Promise<readonly string[]>;
}

function findPlace(program: Command, given: readonly string[]): Place {
  let command = program;
  let operands = 0;
  let expecting: Command['options'][number] | undefined;
  for (const word of given) {
    if (expecting) expecting = undefined;
    else if (word.startsWith('-')) expecting = optionWithValue(command, word);
    else {
      const next = command.commands.find((each) => each.name() === word);
      if (next) command = next as unknown as Command;
      else operands += 1;
    }
  }
  const flags = command.options
    .filter(({ hidden }) => !hidden)
    .flatMap(({ short, long }) => [short, long])
    .filter((flag) => flag !== undefined);
  if (expecting) {
    const { argChoices, long } = expecting;
    return { isValue: true, flags, values: (names) => named(argChoices, long?.slice(2), names) };
  }
  return {
    isValue: false,
    flags: [...flags, '--help'],
    values: (names) => operandsOf(command, operands, names),
  };
}

function optionWithValue(command: Command, word: string): Command['options'][number] | undefined {
  const option = command.options.find(({ short, long }) => word === short || word === long);
  return option && (option.required || option.optional) ? option : undefined;
}

async function operandsOf(
  command: Command,
  count: number,
  readNames: () => Promise<KnownNames>,
): Promise<readonly string[]> {
  const verbs = command.commands.filter((each) => !isHidden(each)).map((each) => each.name());
  if (verbs.length > 0) return count === 0 ? [...verbs, 'help'] : [];
  const { registeredArguments } = command;
  const last = registeredArguments.at(-1);
  const argument = registeredArguments[count] ?? (last?.variadic === true ? last : undefined);
  return argument ? named(argument.argChoices, argument.name(), readNames) : [];
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

/** Commander tells no one but its own help. */
const isHidden = (command: object): boolean => '_hidden' in command && command._hidden === true;
