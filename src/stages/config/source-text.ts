import type { SourcePosition } from '../../errors.ts';

/** A text file and where its lines are. */
export interface SourceText {
  readonly file: string;
  readonly text: string;
  /** The place of a zero-based offset into `text`. */
  positionAt(offset: number): SourcePosition;
}

/**
 * Hides user and password of addresses such as `http://user:secret@proxy`, where a proxy is set also of one without
 * `http://`, keeping every column where it is.
 */
const withoutPasswords = (line: string): string =>
  line.replace(/proxy/i.test(line) ? /[^\s"'/]+(?=@)/g : /(?<=:\/\/)[^\s/@]*(?=@)/g, (credentials) =>
    '*'.repeat(credentials.length),
  );

function lineStarts(text: string): readonly number[] {
  const starts = [0];
  for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', end + 1)) starts.push(end + 1);
  return starts;
}

/** Index of the last number that is not above `offset`. */
function lastNotAbove(numbers: readonly number[], offset: number): number {
  let low = 0;
  let high = numbers.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((numbers[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** A text with line positions; `file` is an absolute path. */
export function createSourceText(file: string, text: string): SourceText {
  let starts: readonly number[] | undefined;
  let last: { readonly line: number; readonly excerpt: string } | undefined;
  const excerptOf = (line: number, start: number): string => {
    if (last?.line === line) return last.excerpt;
    const end = text.indexOf('\n', start);
    const excerpt = withoutPasswords(text.slice(start, end === -1 ? undefined : end).replace(/\r$/, ''));
    last = { line, excerpt };
    return excerpt;
  };
  return {
    file,
    text,
    positionAt(offset) {
      starts ??= lineStarts(text);
      const line = lastNotAbove(starts, offset);
      const start = starts[line] ?? 0;
      return { file, line: line + 1, column: offset - start + 1, excerpt: excerptOf(line, start) };
    },
  };
}
