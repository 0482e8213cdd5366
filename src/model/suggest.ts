/** Edit distance (Levenshtein) of two short texts. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let line = 1; line <= a.length; line++) {
    const next = [line];
    for (let column = 1; column <= b.length; column++) {
      const replaced = (row[column - 1] ?? 0) + (a[line - 1] === b[column - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

const longestName = 100;

/**
 * The known name that `name` was probably meant to be: at most two edits away (one for names of three letters
 * or fewer), upper and lower case being the same. Undefined when none is near.
 */
export function suggest(name: string, known: Iterable<string>): string | undefined {
  if (name.length > longestName) return undefined;
  const limit = name.length <= 3 ? 1 : 2;
  const wanted = name.toLowerCase();
  let best: { readonly name: string; readonly edits: number } | undefined;
  for (const candidate of known) {
    if (Math.abs(candidate.length - name.length) > limit) continue;
    const edits = distance(wanted, candidate.toLowerCase());
    if (edits <= limit && edits < (best?.edits ?? Infinity)) best = { name: candidate, edits };
  }
  return best?.name;
}

/** `did you mean "jobs"?`, or undefined when no known name is near. */
export function didYouMean(name: string, known: Iterable<string>): string | undefined {
  const suggestion = suggest(name, known);
  return suggestion === undefined ? undefined : `did you mean "${suggestion}"?`;
}
