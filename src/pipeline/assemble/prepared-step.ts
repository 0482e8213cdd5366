import type { ImageDefinition } from '../../model/project.ts';
import type { Rootfs } from '../../model/tree-entry.ts';
import type { ImageLayer, SnapshotId } from '../../ports/engine.ts';
import type { BuiltTree } from '../../store/index.ts';
import type { Workspace } from '../workspace.ts';

/** Where an instruction of a Dockerfile finds itself. */
export interface StepPlace {
  readonly workspace: Workspace;
  readonly definition: ImageDefinition;
  /** A copy of the image folder that nothing changes. */
  readonly contextDir: string;
  /** The image so far, parents included… */
  readonly below: BuiltTree;
  /** …and the layers it is made of, lowest first. */
  readonly layers: readonly ImageLayer[];
  /** A container with tools. */
  readonly builder: SnapshotId;
  /** Seconds since 1970. */
  readonly epoch: number;
}

/** What an instruction does to the image below it. */
export interface StepChanges {
  readonly added: Rootfs;
  /** Paths that are gone. */
  readonly deleted: ReadonlySet<string>;
}

/** An instruction with all that its layer depends on known, before anything is done. */
export interface PreparedStep {
  /** Everything the layer depends on but the image below; undefined when making it is as fast as looking for it. */
  readonly inputs: unknown;
  /** @param tempDir a scratch folder, which the files that are added may be in */
  readonly make: (tempDir: string) => Promise<StepChanges>;
}
