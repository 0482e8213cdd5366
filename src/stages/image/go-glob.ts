const literal = (char: string): string => char.replace(/[.*+?^${}()|[\]\\/]/, '\\$&');
const inClass = (char: string): string => (char === '-' ? '\\-' : literal(char));

/** True for text that `compileGlob` takes for a pattern. */
export const isGlob = (text: string): boolean => /[*?[\\]/.test(text);

/**
 * A pattern of Go's filepath.Match (https://pkg.go.dev/path/filepath#Match), which COPY and .dockerignore are written in:
 * `*`, `?`, `[a-z]`, `[^a]`, backslashes. With `deep`, `**` crosses folders as in a .dockerignore. Undefined when malformed.
 */
export function compileGlob(pattern: string, { deep = false } = {}): RegExp | undefined {
  const chars = Array.from(pattern);
  let source = '';
  for (let index = 0; index < chars.length; index++) {
    const char = chars[index] ?? '';
    if (char === '*') {
      const isDeep = deep && chars[index + 1] === '*';
      if (isDeep) index += chars[index + 2] === '/' ? 2 : 1;
      const isLast = index === chars.length - 1;
      source += isDeep ? (isLast ? '.*' : '(?:.*/)?') : '[^/]*';
    } else if (char === '?') source += '[^/]';
    else if (char === '\\') {
      if (++index === chars.length) return undefined;
      source += literal(chars[index] ?? '');
    } else if (char === '[') {
      const range = readClass(chars, index + 1);
      if (!range) return undefined;
      source += range.source;
      index = range.end;
    } else source += literal(char);
  }
  return new RegExp(`^${source}$`, 'su');
}

/** A class whose inside begins at `start`; `end` is the index of its bracket. */
function readClass(
  chars: readonly string[],
  start: number,
): { readonly source: string; readonly end: number } | undefined {
  let index = start;
  const isNegated = chars[index] === '^';
  if (isNegated) index++;
  let ranges = '';
  const next = (): string | undefined => {
    if (chars[index] === '\\') index++;
    else if (chars[index] === '-' || chars[index] === ']') return undefined;
    return chars[index++];
  };
  do {
    const low = next();
    if (low === undefined) return undefined;
    let high: string | undefined = low;
    if (chars[index] === '-') {
      index++;
      high = next();
    }
    if (high === undefined) return undefined;
    // A range the wrong way round holds nothing.
    if (low <= high) ranges += `${inClass(low)}-${inClass(high)}`;
  } while (chars[index] !== ']' && index < chars.length);
  if (chars[index] !== ']') return undefined;
  const empty = isNegated ? '[\\s\\S]' : '(?!)';
  return { source: ranges === '' ? empty : `[${isNegated ? '^' : ''}${ranges}]`, end: index };
}
