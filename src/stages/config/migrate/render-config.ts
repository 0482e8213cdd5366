/** A key of `kubler.config.yaml` with its value and the comments above it. */
export interface Entry {
  readonly key: string;
  readonly value: string | readonly string[] | readonly Entry[];
  readonly comments: readonly string[];
}

/** A text that needs no quotes in YAML 1.1 and 1.2 alike, whoever reads it. */
const isPlain = (text: string): boolean =>
  /^[A-Za-z/][A-Za-z0-9 ./_+-]*$/.test(text) &&
  !text.endsWith(' ') &&
  !/^(?:true|false|yes|no|on|off|null|y|n)$/i.test(text);

// JSON's strings are YAML's double-quoted ones.
const quote = (text: string): string => (isPlain(text) ? text : JSON.stringify(text));

const isEntry = (item: string | Entry): item is Entry => typeof item !== 'string';

function renderEntry({ key, value, comments }: Entry, indent: string): readonly string[] {
  const above = comments.map((line) => `${indent}#${line}`.trimEnd());
  if (typeof value === 'string') return [...above, `${indent}${key}: ${quote(value)}`];
  const entries = value.filter(isEntry);
  if (entries.length > 0) {
    return [...above, `${indent}${key}:`, ...entries.flatMap((entry) => renderEntry(entry, `${indent}  `))];
  }
  const words = value.filter((item) => typeof item === 'string').map(quote);
  return [...above, `${indent}${key}: [${words.join(', ')}]`];
}

/** The text of a `kubler.config.yaml`; `head` are comments at its beginning, without `#`. */
export function renderConfig(head: readonly string[], entries: readonly Entry[]): string {
  const top = head.map((line) => `#${line}`.trimEnd());
  const body = entries.flatMap((entry) => renderEntry(entry, ''));
  return [...top, ...(top.length > 0 && body.length > 0 ? [''] : []), ...body, ''].join('\n');
}
