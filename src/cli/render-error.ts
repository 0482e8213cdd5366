import { isAbsolute, relative } from 'node:path';
import { Ansis } from 'ansis';
import { KublerError, KublerErrors, type SourcePosition } from '../errors.ts';
import { harmless } from './harmless.ts';

export interface RenderErrorOptions {
  readonly colour: boolean;
  /** Show stacks and causes. */
  readonly debug: boolean;
  /** Files below this folder are named relative to it. */
  readonly cwd?: string;
}

/** Longest excerpt shown, in characters; a longer line is cut around the caret. */
const excerptWidth = 100;

const lines = (text: string): string => text.split('\n').map(harmless).join('\n  ');

const indent = (text: string): readonly string[] => text.split('\n').map((line) => `  ${harmless(line)}`);

/** The line with a caret below its column; both cut to a width that fits a terminal. */
function excerptLines(excerpt: string, column: number): readonly [string, string] {
  const before = Array.from(excerpt.slice(0, column - 1));
  const after = Array.from(excerpt.slice(column - 1));
  const room = Math.max(excerptWidth / 2, excerptWidth - after.length);
  const start = before.length > room ? ['…', ...before.slice(1 - room)] : before;
  const rest = excerptWidth - start.length;
  const end = after.length > rest ? [...after.slice(0, rest - 1), '…'] : after;
  return [harmless([...start, ...end].join('')), `${' '.repeat(start.length)}^`];
}

function renderPlace(at: SourcePosition, options: RenderErrorOptions, ansis: Ansis): readonly string[] {
  const { file, line, column, excerpt } = at;
  const way = options.cwd === undefined ? file : relative(options.cwd, file);
  const shown = way.startsWith('..') || isAbsolute(way) ? file : way;
  const place = `  --> ${harmless(shown)}:${line}:${column}`;
  if (excerpt === undefined) return [ansis.dim(place)];
  const [text, caret] = excerptLines(excerpt, column);
  const gutter = ' '.repeat(String(line).length);
  return [
    ansis.dim(place),
    ansis.dim(`  ${gutter} |`),
    `${ansis.dim(`  ${line} |`)} ${text}`,
    `${ansis.dim(`  ${gutter} |`)} ${ansis.red(caret)}`,
  ];
}

const describe = (error: unknown): string =>
  error instanceof Error ? (error.stack ?? `${error.name}: ${error.message}`) : String(error);

function causes(error: Error): readonly string[] {
  const shown: string[] = [];
  const seen = new Set<unknown>([error]);
  for (let { cause } = error; cause !== undefined && !seen.has(cause);) {
    seen.add(cause);
    shown.push('caused by:', ...indent(describe(cause)));
    cause = cause instanceof Error ? cause.cause : undefined;
  }
  return shown;
}

function renderExpected(error: KublerError, options: RenderErrorOptions, ansis: Ansis): readonly string[] {
  return [
    `${ansis.red.bold('error:')} ${lines(error.message)}`,
    ...(error.at ? renderPlace(error.at, options, ansis) : []),
    ...error.details.flatMap(indent),
    ...(error.logFile === undefined ? [] : [`full log: ${harmless(error.logFile)}`]),
    ...(error.hint === undefined ? [] : [`${ansis.cyan('hint:')} ${lines(error.hint)}`]),
    ...(options.debug ? [...indent(describe(error)), ...causes(error)] : []),
  ];
}

function renderUnexpected(error: unknown, options: RenderErrorOptions, ansis: Ansis): readonly string[] {
  const message = error instanceof Error ? error.message : String(error);
  const stack =
    error instanceof Error ? (error.stack?.split('\n').filter((line) => /^\s+at /.test(line)) ?? []) : [];
  return [
    `${ansis.red.bold('internal error:')} ${lines(message)}`,
    ...stack.map(harmless),
    ...(options.debug && error instanceof Error ? causes(error) : []),
    `${ansis.cyan('hint:')} this is a bug in Kubler, please report it with the lines above`,
  ];
}

/**
 * The text people get to see of a failure: message, place with a caret, details, log file, hint; several failures one
 * after the other, an empty line between them. Whatever is not a `KublerError` is a bug, shown with its stack. Pure;
 * ends with a line feed.
 */
export function renderError(error: unknown, options: RenderErrorOptions): string {
  const ansis = new Ansis(options.colour ? 1 : 0);
  const errors: readonly unknown[] = error instanceof KublerErrors ? error.errors : [error];
  const blocks = errors.map((each) =>
    each instanceof KublerError
      ? renderExpected(each, options, ansis)
      : renderUnexpected(each, options, ansis),
  );
  return `${blocks.map((block) => block.join('\n')).join('\n\n')}\n`;
}
