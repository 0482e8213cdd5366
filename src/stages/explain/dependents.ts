import type { Rootfs } from '../../model/tree-entry.ts';
import type { Need, Needs } from '../needs/index.ts';

/** A file that needs something of what is asked about. */
export interface Dependent {
  readonly path: string;
  /** `library libz.so.1` */
  readonly how: string;
}

/** What stays of a tree when some paths are taken out of it, and what then lacks something. */
export interface Removal {
  readonly needs: Needs;
  /** Needs of the same tree without those paths. */
  readonly without: Needs;
  readonly isRemoved: (path: string) => boolean;
}

/** Files outside that need something inside, with what it is. */
export function dependents(
  tree: Rootfs,
  { needs, isRemoved }: Omit<Removal, 'without'>,
): readonly Dependent[] {
  return [...tree.keys()].flatMap((path) => {
    if (isRemoved(path)) return [];
    const inside = needs.of(path).find(({ answer }) => answer.some(isRemoved));
    return inside ? [{ path, how: describe(inside) }] : [];
  });
}

/** Of these, the ones that nothing answers any more, with what they would lack. */
export function broken(
  all: readonly Dependent[],
  { needs, without, isRemoved }: Removal,
): readonly Dependent[] {
  return all.flatMap(({ path }) => {
    const lost = needs
      .of(path)
      .find(
        (need) =>
          need.importance !== 'optional' &&
          need.answer.some(isRemoved) &&
          without.of(path).some((now) => isSame(need, now) && now.fault !== undefined),
      );
    return lost ? [{ path, how: describe(lost) }] : [];
  });
}

const isSame = (a: Need, b: Need): boolean => a.kind === b.kind && a.name === b.name;

const describe = ({ kind, name, importance }: Need): string =>
  `${kind} ${name}${importance === undefined ? '' : ` (${importance})`}`;
