import { assert } from '../../errors.ts';
import type { ImageRoot, Root, SessionSpec } from '../../ports/engine.ts';
import type { ContainerSpec } from './container.ts';
import type { DockerHost } from './host.ts';
import type { BindMount, Supplies } from './supplies.ts';

/** What is settled when a container is made; another shape takes another container. */
export type Shape = Pick<ContainerSpec, 'network' | 'tmpfs' | 'user'> & {
  /** Mounted besides those of the session. */
  readonly inputs: readonly BindMount[];
};

/** A container that waits for commands. */
export interface Running {
  readonly id: string;
  readonly shape: Shape;
  /** Whether the builder can change the target root where it sees it. */
  readonly targetWritable: boolean;
}

/** One of the two roots of a session. */
export interface RootState {
  /** What its next container starts from. */
  imageId: string;
  running: Running | undefined;
  /** Something may have been written to the target root since. */
  dirty: boolean;
  /** The target root was kept as it is: whoever writes to it next does so on top, in a container of its own. */
  kept: boolean;
  /** Commands that have not ended. */
  readonly commands: Set<Promise<unknown>>;
}

export interface SessionState {
  readonly host: DockerHost;
  readonly spec: SessionSpec;
  readonly labels: Readonly<Record<string, string>>;
  readonly supplies: Supplies;
  /** The root hooks run in, and what it alone has. */
  readonly hooks: Pick<ContainerSpec, 'mounts' | 'tmpfs'> & { readonly root: Root };
  readonly roots: ReadonlyMap<Root, RootState>;
  /** Its containers are left to people when it ends. */
  isKept: boolean;
  /** The last of what is done to its containers, one after the other. */
  turn: Promise<unknown>;
}

export const isImage = (target: SessionSpec['target']): target is ImageRoot => typeof target !== 'string';

/** A root that the session has. */
export function rootOf(state: SessionState, root: Root): RootState {
  const found = state.roots.get(root);
  assert(found, `there is no ${root} root`);
  return found;
}

/** Does something to the containers of a session when all that was asked for before is done. */
export function inTurn<T>(state: SessionState, work: () => Promise<T>): Promise<T> {
  const done = state.turn.then(work);
  state.turn = done.catch(() => undefined);
  return done;
}
