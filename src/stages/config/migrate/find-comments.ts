import { parse } from 'unbash';

/** The comments of a shell file, without `#`, each line apart. */
export interface Comments {
  /** Those at the very beginning, before an empty line. */
  readonly head: readonly string[];
  /** By line (1-based) of the statement they belong to: above it, and behind it. */
  readonly of: ReadonlyMap<number, readonly string[]>;
}

const commentPattern = /^\s*#(.*)$/;

/** A setting that was switched off; the words around it are about nothing that is there. */
const isSwitchedOff = (line: string): boolean => /^\s*[A-Za-z_][A-Za-z0-9_]*=/.test(line);

/** Line numbers (1-based) at which each statement begins and ends, and where it ends in the text. */
function findStatements(text: string) {
  const lineOf = (offset: number): number => text.slice(0, offset).split('\n').length;
  return parse(text).commands.map(({ pos, end }) => ({ first: lineOf(pos), last: lineOf(end), end }));
}

/** Finds the comments worth keeping. One that stands alone goes with what follows it. */
export function findComments(text: string): Comments {
  const lines = text.split('\n');
  const of = new Map<number, readonly string[]>();
  let head: readonly string[] = [];
  let pending: string[] = [];
  let block: string[] = [];
  let line = 1;
  const closeBlock = (): void => {
    const isAtTop = head.length === 0 && pending.length === 0 && of.size === 0;
    if (block.some(isSwitchedOff)) block = [];
    if (isAtTop) head = block;
    else pending.push(...block);
    block = [];
  };
  for (const { first, last, end } of findStatements(text)) {
    for (; line < first; line++) {
      const [, comment] = commentPattern.exec(lines[line - 1] ?? '') ?? [];
      if (comment === undefined) closeBlock();
      else block.push(comment);
    }
    const [, behind] = commentPattern.exec(text.slice(end).split('\n', 1)[0] ?? '') ?? [];
    const above = block.some(isSwitchedOff) ? [] : block;
    of.set(first, [
      ...(of.get(first) ?? []),
      ...pending,
      ...above,
      ...(behind === undefined ? [] : [behind]),
    ]);
    pending = [];
    block = [];
    line = last + 1;
  }
  return { head, of };
}
