import type { ContainerOptions } from '../../model/container-options.ts';
import { dockerFlags, refusedFlags, shortFlags } from './docker-flags.ts';
import type { VariableReader } from './variable-reader.ts';

/**
 * What the flags of `docker run` in a variable ask for, one after the other. Those that Kubler does not take, and
 * values that cannot be, are one fault together. @param dir the folder of the build.conf
 */
export function readDockerArgs(
  reader: VariableReader,
  variable: string,
  dir: string,
): readonly ContainerOptions[] {
  const words = [...(reader.list(variable) ?? [])];
  const options: ContainerOptions[] = [];
  const faults: string[] = [];
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    const { name, value } = split(word);
    const parse = dockerFlags.get(name);
    const given = value ?? (words[0]?.startsWith('-') === false ? words.shift() : undefined);
    const read = parse ? (given === undefined ? 'it needs a value' : parse(given, dir)) : refusal(name);
    if (typeof read === 'string') faults.push(`${name}: ${read}`);
    else options.push(read);
  }
  if (faults.length > 0)
    reader.fault(variable, faults.join('; '), { hint: `it takes ${[...dockerFlags.keys()].join(', ')}` });
  return options;
}

/** A flag by its long name, and what is written to it in the same word. */
function split(word: string): { readonly name: string; readonly value: string | undefined } {
  const [, long, longValue] = /^(--[^=\s]+)(?:=(.*))?$/s.exec(word) ?? [];
  if (long !== undefined) return { name: long === '--net' ? '--network' : long, value: longValue };
  const [, short = '', shortValue] = /^(-[a-z])(?:=?(.+))?$/s.exec(word) ?? [];
  const name = shortFlags[short];
  return name === undefined ? { name: word, value: undefined } : { name, value: shortValue };
}

const refusal = (name: string): string =>
  refusedFlags[name] ?? (name.startsWith('-') ? 'it is not supported' : 'it is no flag');
