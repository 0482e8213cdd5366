/**
 * Dockerfile.template + layers → OCI image.
 *
 * In: the rendered template, the parent's configuration, one layer per step that makes one.
 * Out: a plan of ordered steps (`planImage`), the layers of COPY, ADD and WORKDIR (`copyTree`, `makeDirectory`), and an image
 * configuration and manifest in a layout (`assembleImage`). The same input gives the same bytes on every machine.
 */
export {
  assembleImage,
  type AssembledImage,
  type AssembleOptions,
  type LayerReference,
} from './assemble-image.ts';
export { fetchDownload } from './fetch-download.ts';
export { findCopiedNames, type CopiedNames } from './copied-names.ts';
export { fromContext, fromFile, fromText, type CopySource } from './copy-source.ts';
export { copyTree, type CopyOptions } from './copy-tree.ts';
export type {
  ConfigStep,
  CopyStep,
  DirectoryStep,
  Download,
  ImagePlan,
  ImageStep,
  RootfsStep,
  RunMount,
  RunStep,
} from './image-plan.ts';
export { fromImage } from './image-sources.ts';
export { makeDirectory, type DirectoryOptions } from './make-directory.ts';
export { planImage, type DraftedImage, type PlanOptions } from './plan-image.ts';
export { planInContext, type ContextPlanOptions } from './plan-in-context.ts';
export { readContext } from './read-context.ts';
export { readBound, writeInputs, type BoundSource } from './write-inputs.ts';
export { readTemplate } from './read-template.ts';
export { signalNumber } from './signal.ts';
