import type { Paragraph } from '../../../../model/deb822.ts';
import type { FrozenIndex } from './frozen-index.ts';
import { readPackages } from './package-lists.ts';

/** What debootstrap(8) takes besides, in the releases that have it (its scripts/debian-common). */
const named = ['apt', 'usr-is-merged'];
/** What it leaves out though packages depend on it. */
const leftOut = 'usrmerge';

/**
 * Names of the packages that a minimal base of the index' suite consists of, where no debootstrap is there to be asked: those of
 * priority required, apt, and all that they depend on, of alternatives the first.
 */
export async function closeMinbase(index: FrozenIndex): Promise<string[]> {
  const depends = new Map<string, readonly string[]>();
  const todo = [...named];
  for await (const paragraph of readPackages(index, ({ kind }) => kind === 'archive')) {
    const name = paragraph.get('package') ?? '';
    depends.set(name, dependsOf(paragraph));
    if (paragraph.get('priority') === 'required') todo.push(name);
  }
  const found = new Set<string>();
  for (let name = todo.pop(); name !== undefined; name = todo.pop()) {
    const next = depends.get(name);
    if (!next || found.has(name) || name === leftOut) continue;
    found.add(name);
    todo.push(...next);
  }
  return [...found].sort();
}

const dependsOf = (paragraph: Paragraph): readonly string[] =>
  ['pre-depends', 'depends']
    .flatMap((field) => (paragraph.get(field) ?? '').split(','))
    .flatMap((relation) => /^\s*([^\s(|:]+)/.exec(relation)?.[1] ?? []);
