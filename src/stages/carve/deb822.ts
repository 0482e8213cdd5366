/**
 * Fields of one stanza of dpkg's status file, names in lower case; continuation lines stay in the value.
 * Format: deb822(5).
 */
export function parseStanza(stanza: string): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  for (const [, name = '', value = ''] of stanza.matchAll(
    /^([^\s:#-][^\s:]*):[ \t]*([^\n]*(?:\n[ \t][^\n]*)*)/gm,
  )) {
    fields.set(name.toLowerCase(), value);
  }
  return fields;
}

/** The stanzas of a file, verbatim, without the empty lines between them. */
export function splitStanzas(text: string): string[] {
  return text
    .split(/\n(?:[ \t]*\n)+/)
    .map((stanza) => stanza.replace(/^\n+|\n+$/g, ''))
    .filter((stanza) => stanza !== '');
}

/**
 * A relationship field (Depends, Provides…) as names: a list of requirements, each a list of alternatives.
 * Versions, architecture lists and the `:any` of a multi-arch dependency are dropped: what apt installed satisfied them.
 * Syntax: Debian policy, section 7.1.
 */
export function parseRelations(field: string | undefined): string[][] {
  if (field === undefined) return [];
  const requirements = field.split(',').map((requirement) => requirement.split('|').map(relationName));
  return requirements.map((names) => names.filter((name) => name !== '')).filter((names) => names.length > 0);
}

const relationName = (alternative: string): string => /^[^\s(:<[]+/.exec(alternative.trim())?.[0] ?? '';
