/** One paragraph of a control file: lower-case field name → value; further lines of a value follow after `\n`. */
export type Paragraph = ReadonlyMap<string, string>;

/**
 * Parses control data as deb822(5) describes it: release files, package indexes, `.sources` files. Lines that start
 * with `#` are comments. Names are not case-sensitive. Lines that are neither a field nor the next line of one are
 * passed over, as apt does.
 */
export function parseDeb822(text: string): Paragraph[] {
  return splitStanzas(text)
    .map(parseStanza)
    .filter((paragraph) => paragraph.size > 0);
}

/** The paragraphs of a file, verbatim, without the empty lines between them. */
export function splitStanzas(text: string): string[] {
  return text
    .split(/\n(?:[ \t\r]*\n)+/)
    .map((stanza) => stanza.replace(/^\n+|\n+$/g, ''))
    .filter((stanza) => stanza !== '');
}

/** The same for a stream, which may be far larger than memory; `chunks` is text or UTF-8. */
export async function* readDeb822(chunks: AsyncIterable<string | Uint8Array>): AsyncGenerator<Paragraph> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of chunks) {
    rest += typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true });
    const end = rest.lastIndexOf('\n\n');
    if (end < 0) continue;
    yield* parseDeb822(rest.slice(0, end));
    rest = rest.slice(end + 1);
  }
  yield* parseDeb822(rest + decoder.decode());
}

/** The fields of one paragraph. */
export function parseStanza(text: string): Paragraph {
  const fields = new Map<string, string>();
  let name: string | undefined;
  for (const line of text.split('\n')) {
    if (line.startsWith('#')) continue;
    const colon = line.indexOf(':');
    if (line.startsWith(' ') || line.startsWith('\t')) {
      if (name !== undefined) fields.set(name, `${fields.get(name) ?? ''}\n${line.slice(1).trimEnd()}`);
    } else if (colon > 0) {
      name = line.slice(0, colon).trimEnd().toLowerCase();
      fields.set(name, line.slice(colon + 1).trim());
    }
  }
  return fields;
}
