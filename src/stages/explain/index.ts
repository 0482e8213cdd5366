/**
 * explain: what is in an image, and why. In: its tree with facts, and what the build noted. Out: sizes (`measure`), what
 * needs a file, and why a package is there. Pure.
 */
export { foldersAt, makerOf, measure, type Folder, type Measured, type Share } from './measure.ts';
export { broken, dependents, type Dependent } from './dependents.ts';
export { dependentsOf, leaveWith, packageChain } from './package-graph.ts';
