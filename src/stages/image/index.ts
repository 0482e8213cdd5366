/**
 * Dockerfile.template + layers → OCI image.
 *
 * In: the rendered template, the parent's configuration, one layer per step that makes one.
 * Out: a plan of ordered steps (`draftImage`), the layers of COPY, ADD and WORKDIR (`copyTree`, `makeDirectory`), and an image
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
export { fromContext, fromText, type CopySource } from './copy-source.ts';
export { copyTree } from './copy-tree.ts';
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
export { makeDirectory } from './make-directory.ts';
export { draftImage, type DraftedImage, type PlanOptions } from './plan-image.ts';
export { planInContext } from './plan-in-context.ts';
export { readContext } from './read-context.ts';
export { readBound, writeInputs, type BoundSource } from './write-inputs.ts';
export { readTemplate } from './read-template.ts';
export { signalNumber } from './signal.ts';
