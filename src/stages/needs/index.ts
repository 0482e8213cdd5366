/**
 * needs: what every file of a tree needs in order to run, and what of the tree answers it. In: a `Rootfs`, whose files
 * are read once for `TreeFacts`. Out: answers as the kernel and the dynamic loader would give them. Guaranteed: no
 * file, however made, makes it fail or wait. `prove` reports what has no answer; `carve` by reach keeps what has.
 */
export { buildLdCache } from './build-ld-cache.ts';
export { cLibraryIn } from './c-library.ts';
export { collectFacts } from './collect-facts.ts';
export { sameKind } from './elf-platform.ts';
export { lackedModules, type LackedModule } from './lacked-modules.ts';
export { isPrivate } from './private-libraries.ts';
export { findNeeds, type Needs, type NeedsOptions } from './find-needs.ts';
export type { Need, NeedKind } from './need.ts';
