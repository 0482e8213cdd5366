import type { PackageGraph } from '../../model/package-graph.ts';

/** The shortest way from a package that was asked for to one, both included; undefined when there is none. */
export function packageChain({ asked, depends }: PackageGraph, name: string): readonly string[] | undefined {
  const before = new Map<string, string | undefined>(Object.keys(asked).map((each) => [each, undefined]));
  // A Map visits what is added while it is walked.
  for (const each of before.keys()) {
    if (each === name) break;
    for (const next of depends[each] ?? []) if (!before.has(next)) before.set(next, each);
  }
  if (!before.has(name)) return undefined;
  const chain: string[] = [];
  for (let at: string | undefined = name; at !== undefined; at = before.get(at)) chain.unshift(at);
  return chain;
}

/** Packages that depend on one. */
export const dependentsOf = ({ depends }: PackageGraph, name: string): readonly string[] =>
  Object.entries(depends).flatMap(([each, needs]) => (needs.includes(name) ? [each] : []));

/** Packages that are there for one alone, and would leave with it. */
export function leaveWith(graph: PackageGraph, name: string): readonly string[] {
  const staying = reachable(graph, name);
  return [...reachable(graph)].filter((each) => each !== name && !staying.has(each)).sort();
}

function reachable({ asked, depends }: PackageGraph, without?: string): ReadonlySet<string> {
  const found = new Set(Object.keys(asked).filter((each) => each !== without));
  for (const each of found) for (const next of depends[each] ?? []) if (next !== without) found.add(next);
  return found;
}
