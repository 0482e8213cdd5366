import type { Healthcheck } from '../../oci/types.ts';
import { commandOf, configStep, recorded, type Draft, type Handler } from './draft.ts';
import { parseDuration } from './duration.ts';
import { checkFlags, fault, type Instruction } from './instruction.ts';
import { parseJsonForm } from './words.ts';

/** Exec form as it is; shell form handed to the shell. Nothing in it is expanded: that is the shell's work. */
function readCommand(draft: Draft, instruction: Instruction): readonly string[] {
  checkFlags(instruction);
  const words = parseJsonForm(instruction);
  if (words) return words;
  warnOfBracket(draft, instruction, instruction.rest);
  return commandOf(draft, instruction.rest);
}

/** A list as Docker's history has it. */
const quoted = (words: readonly string[]): string =>
  `[${words.map((word) => JSON.stringify(word)).join(' ')}]`;

function warnOfBracket(draft: Draft, instruction: Instruction, text: string): void {
  if (!text.startsWith('[')) return;
  draft.warn(instruction, 'it starts with "[" but is not a JSON list of strings, so it goes to a shell');
}

export const applyCmd: Handler = (draft, instruction) => {
  draft.cmd = readCommand(draft, instruction);
  draft.cmdIsOwn = true;
  return recorded(`CMD ${quoted(draft.cmd)}`);
};

/** An ENTRYPOINT resets the parent's CMD, which was meant for another program. */
export const applyEntrypoint: Handler = (draft, instruction) => {
  draft.entrypoint = readCommand(draft, instruction);
  if (!draft.cmdIsOwn) draft.cmd = undefined;
  return recorded(`ENTRYPOINT ${quoted(draft.entrypoint)}`);
};

export const applyShell: Handler = (draft, instruction) => {
  checkFlags(instruction);
  const shell = parseJsonForm(instruction);
  if (!shell || shell.length === 0)
    throw fault(instruction, 'it is not a JSON list of strings', 'SHELL ["/bin/sh", "-c"]');
  draft.shell = shell;
  return recorded(`SHELL [${shell.join(' ')}]`);
};

const durationFlags = {
  interval: 'Interval',
  timeout: 'Timeout',
  'start-period': 'StartPeriod',
} as const satisfies Record<string, keyof Healthcheck>;

export const applyHealthcheck: Handler = (draft, instruction) => {
  const [, kind = '', rest = ''] = /^(\S+)\s*([\s\S]*)$/.exec(instruction.rest) ?? [];
  const type = kind.toUpperCase();
  if (type === 'NONE') {
    checkFlags(instruction);
    if (rest !== '') throw fault(instruction, 'NONE takes no arguments');
    draft.healthcheck = { Test: ['NONE'] };
    return configStep;
  }
  if (type !== 'CMD') throw fault(instruction, `"${kind}" is neither CMD nor NONE`);
  if (rest === '') throw fault(instruction, 'CMD has no command');
  const words = parseJsonForm(instruction, rest);
  if (!words) warnOfBracket(draft, instruction, rest);
  const test = words ? ['CMD', ...words] : ['CMD-SHELL', rest];
  draft.healthcheck = { Test: test, ...readTimings(instruction) };
  return configStep;
};

/** Interval, Timeout and StartPeriod in nanoseconds, Retries; 0 means the engine's default and is left out. */
function readTimings(instruction: Instruction): Omit<Healthcheck, 'Test'> {
  checkFlags(instruction, [...Object.keys(durationFlags), 'retries']);
  const value = (name: string): string | undefined =>
    instruction.flags.find((flag) => flag.name === name)?.value;
  const timings: [string, number][] = [];
  for (const [name, key] of Object.entries(durationFlags)) {
    const text = value(name);
    if (text === undefined) continue;
    const nanoseconds = parseDuration(text);
    if (nanoseconds === undefined)
      throw fault(instruction, `--${name}=${text} is not a duration`, 'such as 30s or 1m30s');
    if (nanoseconds > 0 && nanoseconds < 1e6) throw fault(instruction, `--${name}=${text} is less than 1ms`);
    if (nanoseconds > 0) timings.push([key, nanoseconds]);
  }
  const retries = value('retries');
  if (retries !== undefined) {
    if (!/^\d{1,6}$/.test(retries)) throw fault(instruction, `--retries=${retries} is not a whole number`);
    if (Number(retries) > 0) timings.push(['Retries', Number(retries)]);
  }
  return Object.fromEntries(timings);
}
