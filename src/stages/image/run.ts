import { commandOf, type Draft, type Handler } from './draft.ts';
import { parseHereMark } from './here-document.ts';
import type { RunStep } from './image-plan.ts';
import { checkFlags, fault, flagValue, type Instruction } from './instruction.ts';
import { readMounts } from './run-mounts.ts';
import { parseJsonForm } from './words.ts';

/** Where a here-document that is a program of its own is seen while it runs. */
const scriptFolder = '/dev/pipes';
/** Arguments that Docker knows without an ARG, and keeps out of the history: they may hold a password. */
const proxyArguments = /^(https?|ftp|no|all)_proxy$/i;

/** Exec form as it is, shell form by SHELL; ENV, ARG, USER and WORKDIR as they are at this point of the file. */
export const applyRun: Handler = (draft, instruction) => {
  checkFlags(instruction, ['mount', 'network', 'security']);
  const security = flagValue(instruction, 'security') ?? 'sandbox';
  if (security !== 'sandbox')
    throw fault(instruction, `--security=${security} would give it the rights of this machine`);
  const command = readCommand(draft, instruction);
  return {
    kind: 'run',
    ...command,
    createdBy: ['RUN', ...argumentsInHistory(draft), ...command.argv].join(' '),
    env: Object.fromEntries(draft.scope),
    user: draft.user,
    workdir: draft.workingDir === '' ? '/' : draft.workingDir,
    network: readNetwork(instruction),
    mounts: readMounts(draft, instruction),
  };
};

type Command = Pick<RunStep, 'argv' | 'usesShell' | 'script'>;

/**
 * What is run. One here-document alone is the script: given to the shell, or run by itself when it begins with `#!`. Others
 * are put back behind the line, for the shell to read.
 */
function readCommand(draft: Draft, instruction: Instruction): Command {
  const { rest, documents } = instruction;
  const [document] = documents;
  if (!document) {
    const [program, ...others] = parseJsonForm(instruction) ?? [];
    if (program !== undefined) return { argv: [program, ...others], usesShell: false, script: undefined };
    if (parseJsonForm(instruction)) throw fault(instruction, 'the list has no command');
    return inShell(draft, rest);
  }
  if (!parseHereMark(rest)) {
    return inShell(draft, [rest, ...documents.map(({ raw, name }) => `${raw}${name}`)].join('\n'));
  }
  if (!document.raw.startsWith('#!')) return inShell(draft, document.text);
  return { argv: [`${scriptFolder}/${document.name}`], usesShell: false, script: document.text };
}

function inShell(draft: Draft, text: string): Command {
  const [shell = '/bin/sh', ...others] = commandOf(draft, text);
  return { argv: [shell, ...others], usesShell: true, script: undefined };
}

/** As Docker writes them: how many there are, then each with its value. */
function argumentsInHistory({ ownArgs, scope }: Draft): readonly string[] {
  const shown = [...ownArgs].filter((name) => !proxyArguments.test(name));
  return shown.length === 0
    ? []
    : [`|${shown.length}`, ...shown.map((name) => `${name}=${scope.get(name) ?? ''}`)];
}

function readNetwork(instruction: Instruction): RunStep['network'] {
  const network = flagValue(instruction, 'network') ?? 'default';
  if (network === 'none') return 'none';
  if (network === 'default' || network === 'host') return 'host';
  throw fault(instruction, `--network=${network} is neither default, host nor none`);
}
