export interface OrderedNames<Name extends string> {
  /** Every name reached, each after all it rests on; no name of a cycle, or resting on one. */
  readonly order: readonly Name[];
  /** Each cycle once, from its first name in byte order. */
  readonly cycles: readonly (readonly Name[])[];
}

function fromSmallest<Name extends string>(cycle: readonly Name[]): readonly Name[] {
  const first = cycle.reduce((best, name, index) => (name < (cycle[best] ?? name) ? index : best), 0);
  return [...cycle.slice(first), ...cycle.slice(0, first)];
}

/** A name on the way to the one that is looked at, and what of it is still to be looked at. */
interface Visit<Name> {
  readonly name: Name;
  readonly rest: Name[];
  isBroken: boolean;
}

/** Orders names that rest on others: `starts` and all they rest on, in a stable order. `restsOn` is asked once for each. */
export function orderNames<Name extends string>(
  starts: Iterable<Name>,
  restsOn: (name: Name) => readonly Name[],
): OrderedNames<Name> {
  const order: Name[] = [];
  const cycles: (readonly Name[])[] = [];
  const states = new Map<Name, 'open' | 'done' | 'broken'>();
  const path: Visit<Name>[] = [];
  const enter = (name: Name): void => {
    states.set(name, 'open');
    path.push({ name, rest: [...restsOn(name)].reverse(), isBroken: false });
  };
  for (const start of [...new Set(starts)].sort()) {
    if (!states.has(start)) enter(start);
    for (let visit = path.at(-1); visit; visit = path.at(-1)) {
      const next = visit.rest.pop();
      if (next === undefined) {
        path.pop();
        states.set(visit.name, visit.isBroken ? 'broken' : 'done');
        const above = path.at(-1);
        if (!visit.isBroken) order.push(visit.name);
        else if (above) above.isBroken = true;
        continue;
      }
      const state = states.get(next);
      if (state === undefined) enter(next);
      else if (state !== 'done') visit.isBroken = true;
      if (state === 'open') {
        const names = path.map(({ name }) => name);
        cycles.push(fromSmallest(names.slice(names.indexOf(next))));
      }
    }
  }
  return { order, cycles };
}
