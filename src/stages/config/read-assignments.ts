import { basename } from 'node:path';
import { parse, type Assignment, type Command, type Statement } from 'unbash';
import type { SourcePosition } from '../../errors.ts';
import { didYouMean } from '../../model/suggest.ts';
import type { Diagnostics } from './diagnostics.ts';
import { describeStatement } from './describe-syntax.ts';
import { evaluateElements, evaluateText, type Evaluation, type ShellValue } from './evaluate-word.ts';
import type { SourceText } from './source-text.ts';

/** One variable of a build.conf or kubler.conf, as its last assignment left it. */
export interface Assigned {
  readonly value: ShellValue;
  readonly nameAt: SourcePosition;
  readonly valueAt: SourcePosition;
  /** Of the elements of a list. */
  readonly elementsAt?: readonly SourcePosition[];
}

export interface Assignments {
  /** In the order of the file. */
  readonly byName: ReadonlyMap<string, Assigned>;
  /** Names that an expansion of the same file uses. */
  readonly used: ReadonlySet<string>;
  /** True when something could not be read; a variable whose value could not is there, but empty. */
  readonly faulty: boolean;
}

const maxCharacters = 1024 * 1024;

interface Reader extends Evaluation {
  assign(assignment: Assignment): void;
  refuse(offset: number, what: string): void;
}

const isAssignment = (node: { readonly type: string }): node is Assignment => node.type === 'Assignment';

/** A name alone, as in `export NAME`, which changes no value. */
const isName = (node: object): boolean =>
  'text' in node && typeof node.text === 'string' && /^[A-Za-z_]\w*$/.test(node.text);

/** The assignments of `NAME=value …` or `export NAME=value …`; none after reporting anything else. */
function assignmentsOf(command: Command, reader: Reader): readonly Assignment[] {
  const { name, prefix, suffix, redirects } = command;
  const [redirect] = redirects;
  const stranger = suffix.find((node) => !isAssignment(node) && !isName(node));
  if (redirect !== undefined) reader.refuse(redirect.pos, `the redirection "${redirect.operator}"`);
  else if (name === undefined) return prefix.filter(isAssignment);
  else if (name.text !== 'export' || prefix.length > 0) reader.refuse(name.pos, describeStatement(command));
  else if (stranger !== undefined) reader.refuse(stranger.pos, '"export" of anything but names and values');
  else return suffix.filter(isAssignment);
  return [];
}

function readStatement(statement: Statement, reader: Reader): void {
  const { command, background } = statement;
  if (command.type !== 'Command') return reader.refuse(command.pos, describeStatement(command));
  if (background) return reader.refuse(statement.pos, 'a background command "&"');
  assignmentsOf(command, reader).forEach((assignment) => reader.assign(assignment));
}

/** A value, and for a list where each of its elements comes from. */
interface Evaluated {
  readonly value: ShellValue;
  readonly offsets?: readonly number[];
}

function evaluate({ append, index, value, pos }: Assignment, reader: Reader): Evaluated {
  if (append || index !== undefined) {
    reader.refuse(pos, append ? '"+="' : 'assigning to one element of a list');
    return { value: '' };
  }
  if (value.type === 'Word') return { value: evaluateText(value, reader) };
  const indexed = value.elements.find((element) => /^\[[^\]]*\]\+?=/.test(element.text));
  if (indexed) reader.refuse(indexed.pos, 'a list with indexes');
  const elements = value.elements.flatMap((element) =>
    evaluateElements(element, reader).map((text) => ({ text, offset: element.pos })),
  );
  return { value: elements.map(({ text }) => text), offsets: elements.map(({ offset }) => offset) };
}

function createReader(
  source: SourceText,
  scope: ReadonlyMap<string, ShellValue>,
  diagnostics: Diagnostics,
  forgivesCommands: boolean,
): Reader & Assignments {
  const byName = new Map<string, Assigned>();
  const used = new Set<string>();
  const cannot = `cannot read ${basename(source.file)}: `;
  const warn = (offset: number, text: string): void => diagnostics.warn(source.positionAt(offset), text);
  let spent = 0;
  let faults = 0;
  /** Where there is what only running a command would tell. */
  const commands: number[] = [];
  const reader: Reader = {
    lookup(name) {
      used.add(name);
      return byName.get(name)?.value ?? scope.get(name);
    },
    fault(offset, reason) {
      faults++;
      diagnostics.fault(cannot + reason, { at: source.positionAt(offset), hint: allowed });
    },
    command(offset, reason) {
      if (forgivesCommands) commands.push(offset);
      else reader.fault(offset, reason);
    },
    unset(offset, name) {
      const hint = didYouMean(name, [...byName.keys(), ...scope.keys()]);
      const meant = hint === undefined ? '' : `; ${hint}`;
      warn(offset, `${name} has no value and counts as empty${meant}`);
    },
    refuse: (offset, what) => reader.fault(offset, `${what} is not allowed`),
    spend(characters, offset) {
      const isPast = spent <= maxCharacters && spent + characters > maxCharacters;
      spent += characters;
      if (isPast) reader.fault(offset, 'its values are longer than 1 MiB together');
      return spent <= maxCharacters;
    },
    assign(assignment) {
      const faultsBefore = faults;
      const { value, offsets } = evaluate(assignment, reader);
      const [command] = commands.splice(0);
      if (command !== undefined) return warn(command, `${assignment.name} is left out: ${notExecuted}`);
      byName.set(assignment.name, {
        value: faults > faultsBefore ? '' : value,
        nameAt: source.positionAt(assignment.pos),
        valueAt: source.positionAt(assignment.value.pos),
        ...(offsets && { elementsAt: offsets.map((offset) => source.positionAt(offset)) }),
      });
    },
  };
  return {
    ...reader,
    byName,
    used,
    get faulty() {
      return faults > 0;
    },
  };
}

const notExecuted = 'no command is executed to find its value';

const allowed =
  'the file is data, never executed: NAME=value, quotes, ${NAME}, ${NAME:-default}, NAME=(a b), comments';

/**
 * Reads a shell-syntax file as data: assignments with quotes, `$V`, `${V}`, `${V:-default}`, `${V-default}` and
 * arrays, evaluated as bash would, with `scope` for names from outside. Nothing is executed; everything else is
 * a fault with its position. File name patterns are not expanded. A variable without a value counts as empty, with a
 * warning. With `forgivesCommands`, a value that a command would make (`$(date)`) is a warning, and is left out.
 */
export function readAssignments(
  source: SourceText,
  scope: ReadonlyMap<string, ShellValue>,
  diagnostics: Diagnostics,
  { forgivesCommands = false }: { readonly forgivesCommands?: boolean } = {},
): Assignments {
  const reader = createReader(source, scope, diagnostics, forgivesCommands);
  const carriageReturn = source.text.indexOf('\r\n');
  if (carriageReturn !== -1) {
    reader.fault(carriageReturn, 'it has Windows line ends (CR LF)');
    return reader;
  }
  const script = parse(source.text);
  const errors = script.errors ?? [];
  // What follows a syntax error cannot be trusted to be what its author meant.
  const trusted = errors.reduce((first, { pos }) => Math.min(first, pos), Infinity);
  for (const statement of script.commands) {
    if (statement.end <= trusted) readStatement(statement, reader);
  }
  for (const { message, pos } of errors) {
    const isOpenList = message === 'unterminated extended glob' && source.text.startsWith('=(', pos);
    reader.fault(pos, isOpenList ? 'unterminated list, ")" is missing' : message);
  }
  return reader;
}
