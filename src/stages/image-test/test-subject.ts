import type { Rootfs } from '../../model/tree-entry.ts';
import type { RuntimeConfig } from '../../oci/types.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Engine, RunSpec } from '../../ports/engine.ts';
import type { Prober } from '../../ports/prober.ts';

/** What a test changes of how a process of the image is started; variables are `NAME=value`. */
export interface ProcessChanges {
  readonly user?: string | undefined;
  readonly env?: readonly string[];
  readonly workdir?: string | undefined;
}

/** An image under test, and what tests it. */
export interface TestSubject {
  readonly config: RuntimeConfig;
  /** The final tree, parents included. */
  readonly tree: Rootfs;
  /** How a process of the image runs. Throws `IMAGE_INVALID` for a user it does not know. */
  readonly process: (
    changes: ProcessChanges,
  ) => Pick<RunSpec, 'layers' | 'env' | 'cwd' | 'uid' | 'gid' | 'additionalGids' | 'hostname' | 'volumes'>;
  /** Numbers of `USER` or `USER:GROUP` in the image. Throws `IMAGE_INVALID` for a name it does not know. */
  readonly lookupOwner: (owner: string) => { readonly uid: number; readonly gid: number };
  /** Content of a file of the tree. */
  readonly readContent: (path: string) => Promise<string>;
  /** The image's folder on this machine. */
  readonly imageDir: string;
  /** `BOB_*` of its build.conf. */
  readonly variables: Readonly<Record<string, string>>;
  /** Host folder with a static `busybox`, fetched when asked for. */
  readonly toolsDir: () => Promise<string>;
  readonly engine: Pick<Engine, 'start'>;
  readonly clock: Clock;
  readonly prober: Prober;
  /** Gets every line that containers print. */
  readonly log: (line: string) => void;
}
