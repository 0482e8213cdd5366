import type { SourcePosition } from '../../errors.ts';
import type { RuntimeConfig } from '../../oci/types.ts';

interface StepMeta {
  readonly at: SourcePosition;
  /** The instruction, for the history of the image. */
  readonly createdBy: string;
}

/** `ADD rootfs.tar /`: the layer of the build. */
export interface RootfsStep extends StepMeta {
  readonly kind: 'rootfs';
}

/** `COPY`: a layer of files from the image folder. */
export interface CopyStep extends StepMeta {
  readonly kind: 'copy';
  /** Relative to the image folder. */
  readonly sources: readonly string[];
  readonly destination: string;
  /** What a relative destination is relative to, absolute. */
  readonly workdir: string;
}

/** `WORKDIR`: a layer with that directory, when it is not there yet. */
export interface DirectoryStep extends StepMeta {
  readonly kind: 'directory';
  /** Absolute. */
  readonly path: string;
  /** Whom it will belong to, as `USER` has it: `name`, `uid` or `user:group`; empty for root. */
  readonly user: string;
}

/** An instruction that changes the configuration only. */
export interface ConfigStep extends StepMeta {
  readonly kind: 'config';
}

export type ImageStep = RootfsStep | CopyStep | DirectoryStep | ConfigStep;

/** What a Dockerfile asks for, before any file is touched. */
export interface ImagePlan {
  /** In the order of the file; each but `config` makes a layer. */
  readonly steps: readonly ImageStep[];
  /** The parent's configuration with this image's changes. */
  readonly config: RuntimeConfig;
  readonly author: string | undefined;
  /** What works, but probably not as meant: `Dockerfile.template:3: …`. */
  readonly warnings: readonly string[];
}
