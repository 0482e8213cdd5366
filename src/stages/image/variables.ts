import { expand, recorded, type Draft, type Handler } from './draft.ts';
import { checkFlags, fault, type Instruction } from './instruction.ts';
import { splitWords } from './words.ts';

type Pair = readonly [name: string, value: string];

/** `NAME=value…` or, the old way, `NAME value with spaces`; expanded against what was set before this instruction. */
function readPairs(draft: Draft, instruction: Instruction): Pair[] {
  checkFlags(instruction);
  const words = splitWords(instruction.rest, instruction.escape);
  if (!words[0]?.includes('=')) return [readOldPair(draft, instruction)];
  return words.map((word): Pair => {
    const equals = word.indexOf('=');
    if (equals < 0) throw fault(instruction, `"${word}" is not NAME=value`, 'quote a value that has spaces');
    return toPair(draft, instruction, word.slice(0, equals), word.slice(equals + 1));
  });
}

function readOldPair(draft: Draft, instruction: Instruction): Pair {
  const [, name = '', value] = /^(\S+)\s+([\s\S]+)$/.exec(instruction.rest) ?? [];
  if (value === undefined) throw fault(instruction, `"${instruction.rest}" is not NAME=value`);
  return toPair(draft, instruction, name, value);
}

function toPair(draft: Draft, instruction: Instruction, name: string, value: string): Pair {
  const expanded = expand(draft, instruction, name);
  if (expanded === '') throw fault(instruction, 'a name is empty');
  return [expanded, expand(draft, instruction, value)];
}

const toText = (pairs: readonly Pair[]): string => pairs.map((pair) => pair.join('=')).join(' ');

export const applyEnv: Handler = (draft, instruction) => {
  const pairs = readPairs(draft, instruction);
  for (const [name, value] of pairs) {
    draft.env.set(name, value);
    draft.scope.set(name, value);
  }
  return recorded(`ENV ${toText(pairs)}`);
};

export const applyLabel: Handler = (draft, instruction) => {
  const pairs = readPairs(draft, instruction);
  for (const [name, value] of pairs) draft.labels.set(name, value);
  return recorded(`LABEL ${toText(pairs)}`);
};

/** ARG after FROM: its default, else the value of an ARG before FROM or of the platform, which the history does not tell. */
export const applyArg: Handler = (draft, instruction) => {
  const shown = readArgs(draft, instruction).map(({ name, value }) => {
    draft.ownArgs.add(name);
    const given = value ?? draft.globalArgs.get(name);
    if (given !== undefined) draft.scope.set(name, given);
    return value === undefined ? name : `${name}=${value}`;
  });
  return recorded(`ARG ${shown.join(' ')}`);
};

/** ARG before FROM: known to the FROM line, and to ARGs after it that name it again. */
export function applyGlobalArg(draft: Draft, instruction: Instruction): void {
  for (const { name, value } of readArgs(globalScope(draft), instruction))
    if (value !== undefined) draft.globalArgs.set(name, value);
}

/**
 * What an ARG knows without a default (Dockerfile reference, "Automatic platform ARGs in the global scope").
 * @param architecture as Go names it: `amd64`
 */
export const platformArgs = (architecture: string): Map<string, string> =>
  new Map(
    ['TARGET', 'BUILD'].flatMap((role) => [
      [`${role}PLATFORM`, `linux/${architecture}`],
      [`${role}OS`, 'linux'],
      [`${role}ARCH`, architecture],
      [`${role}VARIANT`, ''],
    ]),
  );

/** The draft as FROM and the ARGs before it see it. */
export const globalScope = (draft: Draft): Draft => ({ ...draft, scope: draft.globalArgs });

function readArgs(
  draft: Draft,
  instruction: Instruction,
): { readonly name: string; readonly value: string | undefined }[] {
  checkFlags(instruction);
  return splitWords(instruction.rest, instruction.escape).map((word) => {
    const equals = word.indexOf('=');
    const name = equals < 0 ? word : word.slice(0, equals);
    if (!/^[A-Za-z_]\w*$/.test(name)) throw fault(instruction, `"${name}" is not a variable name`);
    return { name, value: equals < 0 ? undefined : expand(draft, instruction, word.slice(equals + 1)) };
  });
}
