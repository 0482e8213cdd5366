/** What must hold together: an atom, or alternatives of which one must hold. */
type Node = string | { readonly kind: 'all' | 'any'; readonly nodes: readonly Node[] };

/**
 * A dependency variable as Portage's database has it (USE conditionals are settled there) as requirements, each a list of
 * alternatives. Of a group among alternatives every member counts as one. Blockers are left out: they hold, since it is installed.
 * Syntax: Package Manager Specification, 8.2.
 */
export function parseDependencies(text: string): readonly (readonly string[])[] {
  const words = text.split(/\s+/).filter(Boolean);
  return flatten(parseGroup(words, 0).nodes);
}

function parseGroup(
  words: readonly string[],
  from: number,
): { readonly nodes: Node[]; readonly end: number } {
  const nodes: Node[] = [];
  let at = from;
  while (at < words.length && words[at] !== ')') {
    const word = words[at] ?? '';
    const isAny = word === '||';
    if (isAny || word === '(' || word.endsWith('?')) {
      const group = parseGroup(words, at + (word === '(' ? 1 : 2));
      nodes.push({ kind: isAny ? 'any' : 'all', nodes: group.nodes });
      at = group.end + 1;
    } else {
      if (!word.startsWith('!')) nodes.push(word);
      at += 1;
    }
  }
  return { nodes, end: at };
}

const flatten = (nodes: readonly Node[]): (readonly string[])[] =>
  nodes.flatMap((node) => {
    if (typeof node === 'string') return [[node]];
    return node.kind === 'all' ? flatten(node.nodes) : [atomsOf(node)];
  });

const atomsOf = (node: Node): string[] => (typeof node === 'string' ? [node] : node.nodes.flatMap(atomsOf));
