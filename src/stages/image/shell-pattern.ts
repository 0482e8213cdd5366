/** `*` is any text, `?` one character; a pattern is matched whole. */
type Token =
  { readonly kind: 'any' } | { readonly kind: 'one' } | { readonly kind: 'char'; readonly char: string };

/** A pattern of `${x#pattern}`: text, `*`, `?` and escapes (POSIX shell language, 2.13, without brackets). */
export type ShellPattern = readonly Token[];

/** Parses a pattern; undefined when a backslash stands before anything but `*`, `?`, `\`, `}` and `/`. */
export function parseShellPattern(text: string): ShellPattern | undefined {
  const tokens: Token[] = [];
  const chars = Array.from(text);
  for (let index = 0; index < chars.length; index++) {
    const char = chars[index] ?? '';
    if (char === '*') tokens.push({ kind: 'any' });
    else if (char === '?') tokens.push({ kind: 'one' });
    else if (char !== '\\') tokens.push({ kind: 'char', char });
    else {
      const escaped = chars[++index] ?? '';
      if (!'*?\\}/'.includes(escaped) || escaped === '') return undefined;
      tokens.push({ kind: 'char', char: escaped });
    }
  }
  return tokens;
}

/** `${x#pattern}` and, taking the longest match, `${x##pattern}`. */
export function trimPrefix(value: string, pattern: ShellPattern, longest: boolean): string {
  const chars = Array.from(value);
  const end = matchEnd(chars, pattern, 0, longest);
  return end === undefined ? value : chars.slice(end).join('');
}

/** `${x%pattern}` and, taking the longest match, `${x%%pattern}`. */
export function trimSuffix(value: string, pattern: ShellPattern, longest: boolean): string {
  const reverse = (text: string): string => Array.from(text).reverse().join('');
  return reverse(trimPrefix(reverse(value), Array.from(pattern).reverse(), longest));
}

/** `${x/pattern/text}` and, for all matches, `${x//pattern/text}`; the longest match counts. */
export function replaceMatches(value: string, pattern: ShellPattern, text: string, all: boolean): string {
  const chars = Array.from(value);
  let result = '';
  for (let index = 0; index < chars.length;) {
    const end = matchEnd(chars, pattern, index, true) ?? index;
    if (end === index) {
      result += chars[index++] ?? '';
      continue;
    }
    result += text;
    index = end;
    if (!all) return result + chars.slice(index).join('');
  }
  return result;
}

/** Where the shortest or longest match that begins at `start` ends. All ways are tried at once, so no pattern is slow. */
function matchEnd(
  chars: readonly string[],
  pattern: ShellPattern,
  start: number,
  longest: boolean,
): number | undefined {
  let states = skipStars(pattern, new Set([0]));
  let found = states.has(pattern.length) ? start : undefined;
  for (let index = start; index < chars.length && states.size > 0; index++) {
    if (found !== undefined && !longest) break;
    const next = new Set<number>();
    for (const state of states) {
      const token = pattern[state];
      if (token?.kind === 'any') next.add(state);
      else if (token?.kind === 'one') next.add(state + 1);
      else if (token?.kind === 'char' && token.char === chars[index]) next.add(state + 1);
    }
    states = skipStars(pattern, next);
    if (states.has(pattern.length)) found = index + 1;
  }
  return found;
}

/** The states with those reached by letting `*` match nothing. */
function skipStars(pattern: ShellPattern, states: Set<number>): Set<number> {
  for (const state of states) if (pattern[state]?.kind === 'any') states.add(state + 1);
  return states;
}
