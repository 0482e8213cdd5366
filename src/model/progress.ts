import type { EngineName } from './engine-status.ts';

/** What long work tells whoever watches; `cli/progress.ts` shows it. Plain data. */
export type ProgressEvent =
  /** What is going to be worked on, before any of it begins. */
  | { readonly kind: 'planned'; readonly tasks: readonly string[] }
  /** Which engine `auto` has picked. */
  | { readonly kind: 'engine'; readonly engine: EngineName; readonly reason: string }
  | TaskEvent;

/** News of one task. */
export type TaskEvent =
  /** A task (an image, a builder, the index) began or changed its stage. */
  | { readonly kind: 'stage'; readonly task: string; readonly stage: string }
  /** A line worth seeing under the running task: `32 packages, 12.4 MB`. */
  | { readonly kind: 'detail'; readonly task: string; readonly text: string }
  | ({ readonly kind: 'fetched'; readonly task: string } & Fetched)
  | { readonly kind: 'done'; readonly task: string; readonly summary: string }
  | { readonly kind: 'skipped'; readonly task: string; readonly reason: string }
  | { readonly kind: 'failed'; readonly task: string; readonly reason: string }
  /** Something the user should know although nothing failed. */
  | { readonly kind: 'warning'; readonly task: string; readonly text: string };

/** How many of the package files that a stage needs are there; told first when none of them is looked at yet. */
export interface Fetched {
  readonly files: number;
  readonly ofFiles: number;
  readonly bytes: number;
  readonly ofBytes: number;
}

/** Takes events; never throws. */
export type Progress = (event: ProgressEvent) => void;
