import type { ImageDefinition } from '../../model/project.ts';
import type { FilledTarget } from '../../stages/builder/index.ts';
import type { ImagePlan } from '../../stages/image/index.ts';
import type { BuiltTree } from '../../store/index.ts';
import type { StartState } from './capture-states.ts';
import type { ParentImage } from './parent-image.ts';

/** What is known of an image when its packages are installed and its hooks have run. */
export interface CollectSpec {
  readonly definition: ImageDefinition;
  readonly filled: FilledTarget;
  readonly start: StartState;
  /** Packages declared to be there already, by this image and its parents. */
  readonly provided: readonly string[];
  readonly parent: ParentImage | undefined;
  readonly plan: ImagePlan;
  /** What the Dockerfile will copy over a tree. */
  readonly copied: (below: BuiltTree) => Promise<BuiltTree>;
}
