import type { SourcePosition } from '../../errors.ts';
import type { Sha256 } from '../../model/digest.ts';
import type { ImageId } from '../../model/image-id.ts';
import type { RuntimeConfig } from '../../oci/types.ts';

interface StepMeta {
  readonly at: SourcePosition;
  /** The instruction as Docker writes it into the history of an image. */
  readonly createdBy: string;
}

/** `ADD rootfs.tar /`: the layer of the build. */
export interface RootfsStep extends StepMeta {
  readonly kind: 'rootfs';
}

/** `COPY` and `ADD`: a layer of files from elsewhere. */
export interface CopyStep extends StepMeta {
  readonly kind: 'copy';
  /** Paths or patterns (filepath.Match) in the image folder or in the image `from`. */
  readonly sources: readonly string[];
  /** Here-documents: files with these names. */
  readonly documents: readonly { readonly name: string; readonly text: string }[];
  /** Addresses of ADD. */
  readonly downloads: readonly Download[];
  readonly destination: string;
  /** What a relative destination is relative to, absolute. */
  readonly workdir: string;
  /** Archives of the image folder are unpacked: ADD. */
  readonly unpack: boolean;
  /** `--from`: the image that the sources are in, instead of the image folder. */
  readonly from: ImageId | undefined;
  /** `--chown`: `user`, `user:group`, names or numbers. */
  readonly owner: string | undefined;
  /** `--chmod` */
  readonly mode: number | undefined;
}

export interface Download {
  readonly url: string;
  /** The name it has in a destination folder; empty when the address has none. */
  readonly name: string;
  readonly sha256: Sha256;
}

/** `WORKDIR`: a layer with that directory, when it is not there yet. */
export interface DirectoryStep extends StepMeta {
  readonly kind: 'directory';
  /** Absolute. */
  readonly path: string;
  /** Whom it will belong to, as `USER` has it: `name`, `uid` or `user:group`; empty for root. */
  readonly user: string;
}

/** `RUN`: a layer of what a command changes in the image. */
export interface RunStep extends StepMeta {
  readonly kind: 'run';
  readonly argv: readonly [string, ...string[]];
  /** `argv[0]` is SHELL. */
  readonly usesShell: boolean;
  /** A program, with `#!`, that is seen at `argv[0]` while it runs. */
  readonly script: string | undefined;
  /** ENV and ARG. */
  readonly env: Readonly<Record<string, string>>;
  /** As `USER` has it; empty for root. */
  readonly user: string;
  /** Absolute. */
  readonly workdir: string;
  readonly network: 'host' | 'none';
  readonly mounts: readonly RunMount[];
}

/** What a RUN sees beside the image; `path` is absolute. */
export type RunMount =
  | { readonly kind: 'tmpfs'; readonly path: string; readonly sizeBytes: number | undefined }
  /** `source`: in the image folder; read-only. */
  | { readonly kind: 'bind'; readonly path: string; readonly source: string };

/** An instruction that changes the configuration only. */
export interface ConfigStep extends StepMeta {
  readonly kind: 'config';
}

export type ImageStep = RootfsStep | CopyStep | RunStep | DirectoryStep | ConfigStep;

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
