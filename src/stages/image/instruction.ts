import { KublerError, type SourcePosition } from '../../errors.ts';
import type { HereDocument } from './here-document.ts';

/** `--name` or `--name=value` in front of an instruction's arguments. */
export interface Flag {
  readonly name: string;
  readonly value: string | undefined;
}

/** One instruction of a Dockerfile, its lines joined. */
export interface Instruction {
  /** In upper case. */
  readonly keyword: string;
  readonly flags: readonly Flag[];
  /** Everything after keyword and flags, as written. */
  readonly rest: string;
  /** The here-documents that `rest` names, in their order. */
  readonly documents: readonly HereDocument[];
  /** The whole instruction on one line, without its here-documents. */
  readonly text: string;
  /** Escape character of the file: a backslash unless a directive says backtick. */
  readonly escape: string;
  /** Where it begins. */
  readonly at: SourcePosition;
}

/** What this version of Kubler does not do, so that all such messages read alike. */
export const unsupported = 'is not supported by this version';

/** The error for an instruction that cannot be honoured. */
export function fault(instruction: Instruction, reason: string, hint?: string): KublerError {
  return new KublerError('IMAGE_INVALID', `cannot apply ${instruction.keyword}: ${reason}`, {
    at: instruction.at,
    ...(hint === undefined ? {} : { hint }),
  });
}

/** The value of a flag; of one that is given twice, the last. */
export const flagValue = (instruction: Instruction, name: string): string | undefined =>
  instruction.flags.findLast((flag) => flag.name === name)?.value;

/** Refuses every flag that is not among `known`; flags are looked up by the caller. */
export function checkFlags(instruction: Instruction, known: readonly string[] = []): void {
  for (const flag of instruction.flags) {
    if (!known.includes(flag.name)) throw fault(instruction, `the flag --${flag.name} ${unsupported}`);
  }
}
