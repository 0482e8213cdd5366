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
