/**
 * explain: what is in an image, and why. In: its tree with facts, and what the build noted. Out: sizes (`measure`). Pure.
 */
export { foldersAt, makerOf, measure, type Folder, type Measured, type Share } from './measure.ts';
