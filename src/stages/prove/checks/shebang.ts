import type { ElfFacts } from '../../../model/file-facts.ts';
import { mostFrequentKind } from '../elf-severity.ts';
import type { Check, Subject } from './check.ts';

const isCommand = /(?:^|\/)s?bin\//;
/** Linux gives up with ELOOP after so many interpreters that are scripts themselves (`exec_binprm` in fs/exec.c). */
const maxNesting = 5;

/** The interpreters executable scripts name. */
export const shebangCheck: Check = {
  code: 'shebang',
  explanation:
    'The interpreter of every executable script is in the image and can be executed on the same machine, for `env` also the command it looks up in PATH; ' +
    'modules that programs import are not asked.',
  *run(subject) {
    const { tree, facts, needs, isMeantToLack } = subject;
    const usual = mostFrequentKind(facts);
    for (const [path, { shebang }] of facts) {
      if (shebang === undefined || !tree.has(path)) continue;
      const missing = needs.of(path).find(({ answer }) => answer.length === 0);
      if (missing && !isCommand.test(path) && isMeantToLack(path, missing.name)) continue;
      const lacks = missing && ({ kind: 'command', name: missing.name } as const);
      const message = missing
        ? `needs the interpreter ${missing.name}, ${missing.fault}`
        : interpreterFault(subject, path, usual);
      if (message !== undefined)
        yield { severity: 'error', subject: `/${path}`, message, ...(lacks && { lacks }) };
    }
  },
};

/** What is wrong with interpreters that are there. */
function interpreterFault(subject: Subject, script: string, usual: ElfFacts | undefined): string | undefined {
  const { facts, needs } = subject;
  for (const { name, answer } of needs.of(script)) {
    const elf = facts.get(answer.at(-1) ?? '')?.elf;
    if (elf && usual && !runsOn(usual.machine, elf.machine))
      return `needs the interpreter ${name}, which is a program for another processor`;
  }
  return nestsTooDeep(subject, script)
    ? `has an interpreter that is a script, too, and so on, ${maxNesting} times: the kernel gives up`
    : undefined;
}

function nestsTooDeep({ facts, needs }: Subject, script: string): boolean {
  let at = script;
  for (let depth = 0; depth <= maxNesting; depth++) {
    if (facts.get(at)?.shebang === undefined) return false;
    at = needs.of(at)[0]?.answer.at(-1) ?? '';
  }
  return true;
}

/** Processors that run programs of an older kind as well, by `e_machine`: x86-64 those of i386, AArch64 those of ARM. */
const compatible: Readonly<Record<number, number>> = { 62: 3, 183: 40 };

const runsOn = (machine: number, program: number): boolean =>
  machine === program || compatible[machine] === program || compatible[program] === machine;
