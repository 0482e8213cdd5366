import type { ElfFacts } from '../../../model/file-facts.ts';
import type { Need, NeedKind } from '../../needs/index.ts';
import type { Subject } from './check.ts';

/** A need of a program or library that nothing in the tree answers. */
export interface Unanswered {
  readonly path: string;
  readonly elf: ElfFacts;
  readonly need: Need;
}

/** What the programs and libraries of a tree need in this way and do not get. */
export function* unansweredNeeds({ tree, facts, needs }: Subject, kind: NeedKind): Iterable<Unanswered> {
  for (const [path, { elf }] of facts) {
    if (!elf || !tree.has(path)) continue;
    for (const need of needs.of(path)) {
      if (need.kind === kind && need.answer.length === 0) yield { path, elf, need };
    }
  }
}
