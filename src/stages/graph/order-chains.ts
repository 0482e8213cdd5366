export interface OrderedChains<Name extends string> {
  /** Every name reached, each after the one it rests on; no name of a cycle, or resting on one. */
  readonly order: readonly Name[];
  /** Each cycle once, from its first name in byte order. */
  readonly cycles: readonly (readonly Name[])[];
}

function fromSmallest<Name extends string>(cycle: readonly Name[]): readonly Name[] {
  const first = cycle.reduce((best, name, index) => (name < (cycle[best] ?? name) ? index : best), 0);
  return [...cycle.slice(first), ...cycle.slice(0, first)];
}

/** Orders names that each rest on at most one other: `starts` and all they rest on, in a stable order. */
export function orderChains<Name extends string>(
  starts: Iterable<Name>,
  restsOn: (name: Name) => Name | undefined,
): OrderedChains<Name> {
  const order: Name[] = [];
  const cycles: (readonly Name[])[] = [];
  const done = new Set<Name>();
  const broken = new Set<Name>();
  for (const start of [...new Set(starts)].sort()) {
    const chain = new Set<Name>();
    let next: Name | undefined = start;
    while (next !== undefined && !done.has(next) && !chain.has(next)) {
      chain.add(next);
      next = restsOn(next);
    }
    const names = [...chain];
    if (next !== undefined && chain.has(next)) cycles.push(fromSmallest(names.slice(names.indexOf(next))));
    const isBroken = next !== undefined && (chain.has(next) || broken.has(next));
    for (const name of names.reverse()) {
      done.add(name);
      if (isBroken) broken.add(name);
      else order.push(name);
    }
  }
  return { order, cycles };
}
