import { KublerError, throwFaults } from '../../errors.ts';
import { compareBytes } from '../../model/tree-entry.ts';
import type { PackageDatabase } from './databases/database.ts';

export interface ClosureRequest {
  /** Packages asked for, as the package manager takes them. */
  readonly requested: readonly string[];
  /** Packages declared to be there already: they and what only they need stay out. */
  readonly provided: readonly string[];
}

export interface Closure {
  /** Keys of `PackageDatabase.packages`, in byte order. */
  readonly packages: readonly string[];
  /** Package → the one that first pulled it in; undefined for a package that was asked for. */
  readonly reasons: ReadonlyMap<string, string | undefined>;
}

/**
 * What the requested packages need, walked over what is installed: of each dependency the first alternative that is
 * there; and what comes along with several of them (apk's install_if). Throws `PACKAGE_UNKNOWN` for every requested package that is not installed.
 */
export function closure(state: PackageDatabase, { requested, provided }: ClosureRequest): Closure {
  const find = packageFinder(state);
  const { nameOf } = state;
  const stops = new Set(provided.flatMap((spec) => [nameOf(spec), find(nameOf(spec)) ?? nameOf(spec)]));
  const reasons = new Map<string, string | undefined>();
  for (const root of findRoots(requested, (spec) => find(nameOf(spec))))
    if (!stops.has(root)) reasons.set(root, undefined);
  do {
    // A Map visits what is added while it is walked: this is the queue of a breadth-first search.
    for (const key of reasons.keys()) {
      for (const dependency of dependencies(state, key, find, stops)) {
        if (!reasons.has(dependency)) reasons.set(dependency, key);
      }
    }
  } while (addCompanions(state, reasons, find, stops));
  return { packages: [...reasons.keys()].sort(compareBytes), reasons };
}

/** Each of these packages → those of them that it depends on, or that come along with it. */
export function packageLinks(
  state: PackageDatabase,
  { reasons }: Closure,
  keys: ReadonlySet<string>,
): ReadonlyMap<string, readonly string[]> {
  const find = packageFinder(state);
  return new Map(
    [...keys].map((key) => {
      const depends = dependencies(state, key, find, new Set()).filter((each) => keys.has(each));
      const others = [...reasons].flatMap(([each, by]) => (by === key ? [each] : []));
      return [key, [...new Set([...depends, ...others])]];
    }),
  );
}

type Find = (name: string, architecture?: string) => string | undefined;

function findRoots(requested: readonly string[], find: Find): string[] {
  const found = requested.map((spec) => [spec, find(spec)] as const);
  throwFaults(
    found
      .filter(([, key]) => key === undefined)
      .map(
        ([spec]) =>
          new KublerError(
            'PACKAGE_UNKNOWN',
            `cannot carve package "${spec}": it is not installed in the target root`,
            {
              hint: 'a name in _packages must be installed, and still be there when the hooks are done',
            },
          ),
      ),
  );
  return found.flatMap(([, key]) => key ?? []);
}

function dependencies(state: PackageDatabase, key: string, find: Find, stops: ReadonlySet<string>): string[] {
  const item = state.packages.get(key);
  const chosen: string[] = [];
  for (const alternatives of item?.depends ?? []) {
    for (const name of alternatives) {
      const target = find(name, item?.architecture) ?? (stops.has(name) ? name : undefined);
      if (target === undefined) continue;
      if (!stops.has(target)) chosen.push(target);
      break;
    }
  }
  return chosen;
}

/** Adds packages that come along with others when all of those are there. Returns whether there were any. */
function addCompanions(
  { packages }: PackageDatabase,
  reasons: Map<string, string | undefined>,
  find: Find,
  stops: ReadonlySet<string>,
): boolean {
  const count = reasons.size;
  for (const [key, { installIf }] of packages) {
    if (!installIf || reasons.has(key) || stops.has(key)) continue;
    const hosts = installIf.map((name) => find(name) ?? name);
    const host = hosts.find((each) => reasons.has(each));
    if (host !== undefined && hosts.every((each) => reasons.has(each) || stops.has(each)))
      reasons.set(key, host);
  }
  return reasons.size > count;
}

/**
 * Name → key of the installed package of that name (of the asking package's architecture first), else of the first
 * package in byte order that provides it.
 */
function packageFinder(state: PackageDatabase): Find {
  const providers = new Map<string, string>();
  for (const key of [...state.packages.keys()].sort(compareBytes)) {
    for (const name of state.packages.get(key)?.provides ?? [])
      if (!providers.has(name)) providers.set(name, key);
  }
  const native = (name: string): string => {
    const [plain = '', architecture] = name.split(':');
    return state.packages.get(plain)?.architecture === architecture ? plain : name;
  };
  return (name, architecture) => {
    const keys = architecture === undefined ? [native(name)] : [`${name}:${architecture}`, name];
    return keys.find((key) => state.packages.has(key)) ?? providers.get(name);
  };
}
