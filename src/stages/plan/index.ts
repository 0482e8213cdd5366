/**
 * Graph + what exists → what to build, and why. Every step's key is a hash of all its inputs.
 */
export { digestFolder, digestIfThere, sha256 } from './digest-folder.ts';
export { listFolder, type FolderEntry } from './list-folder.ts';
export {
  planBuild,
  testKeyOf,
  type BuildPlan,
  type BuilderStep,
  type Force,
  type ImageStep,
  type PlanFacts,
} from './plan-build.ts';
export { stepKey } from './step-key.ts';
