/**
 * Dockerfile.template + layers → OCI image.
 *
 * In: the rendered template, the parent's configuration, one layer per step that makes one.
 * Out: a plan of ordered steps (`planImage`), the layers of COPY and WORKDIR (`copyTree`, `makeDirectory`), and an image
 * configuration and manifest in a layout (`assembleImage`). The same input gives the same bytes on every machine.
 */
export {
  assembleImage,
  type AssembledImage,
  type AssembleOptions,
  type LayerReference,
} from './assemble-image.ts';
export { copyTree, type CopyOptions } from './copy-tree.ts';
export type { ConfigStep, CopyStep, DirectoryStep, ImagePlan, ImageStep, RootfsStep } from './image-plan.ts';
export { makeDirectory, type DirectoryOptions } from './make-directory.ts';
export { planImage, type DraftedImage, type PlanOptions } from './plan-image.ts';
export { planInContext, type ContextPlanOptions } from './plan-in-context.ts';
export { readTemplate } from './read-template.ts';
