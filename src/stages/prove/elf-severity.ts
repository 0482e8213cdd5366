import type { ElfFacts, TreeFacts } from '../../model/file-facts.ts';
import type { Finding } from '../../model/finding.ts';
import type { Rootfs } from '../../model/tree-entry.ts';
import { sameKind } from '../needs/index.ts';

/**
 * Says how bad it is when a program or library cannot be loaded: an error, but only a warning when a package brought it
 * for another kind of processor than the rest of the tree is for. Debian ships such helpers, 32-bit ones mostly, to
 * machines that cannot run them.
 */
export function elfSeverity(
  tree: Rootfs,
  facts: TreeFacts,
): (path: string, elf: ElfFacts) => Finding['severity'] {
  const usual = mostFrequentKind(facts);
  return (path, elf) =>
    usual && !sameKind(elf, usual) && tree.get(path)?.origin?.kind === 'package' ? 'warning' : 'error';
}

/** The kind of processor that most programs and libraries of a tree are for. */
export function mostFrequentKind(facts: TreeFacts): ElfFacts | undefined {
  const counts = new Map<string, { readonly elf: ElfFacts; count: number }>();
  for (const { elf } of facts.values()) {
    if (!elf) continue;
    const kind = [elf.machine, elf.class, elf.littleEndian].join();
    const known = counts.get(kind) ?? { elf, count: 0 };
    known.count += 1;
    counts.set(kind, known);
  }
  return [...counts.values()].sort((a, b) => b.count - a.count)[0]?.elf;
}
