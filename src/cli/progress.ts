import type { ListrTask } from 'listr2';
import type { Progress, TaskEvent } from '../model/progress.ts';
import { harmless } from './harmless.ts';

/** Shows progress until `close`. */
export interface ProgressView {
  readonly progress: Progress;
  readonly close: () => Promise<void>;
}

export interface ProgressOptions {
  /** Live task lines (listr2) instead of one plain line per event. */
  readonly live: boolean;
  /** Takes lines of plain text, for standard error. */
  readonly write: (text: string) => void;
  /** Takes the warnings that the live view would write over, as lines, to be shown after it. Default: `write`. */
  readonly later?: ((text: string) => void) | undefined;
  /** Milliseconds. */
  readonly now: () => number;
}

/** Plain lines until the tasks are known; from then on, live, a line per task that changes in place. */
export function openProgress(options: ProgressOptions): ProgressView {
  const plain = plainLines(options);
  if (!options.live) return { progress: plain, close: () => Promise.resolve() };
  const later = plainLines({ ...options, write: options.later ?? options.write });
  let view: LiveView | undefined;
  return {
    progress: (event) => {
      if (event.kind === 'planned') view = openLiveView(event.tasks, options.now);
      else if (event.kind === 'warning' && view) later(event);
      else if (!view?.show(event)) plain(event);
    },
    close: async () => view?.close(),
  };
}

function plainLines({ write, now }: ProgressOptions): Progress {
  const started = new Map<string, number>();
  return (event) => {
    if (event.kind === 'planned') return;
    const start = started.get(event.task) ?? now();
    started.set(event.task, start);
    write(`${event.task}: ${describeEvent(event, seconds(now() - start))}\n`);
  };
}

const describeEvent = (event: TaskEvent, elapsed: string): string => harmless(eventText(event, elapsed));

function eventText(event: TaskEvent, elapsed: string): string {
  switch (event.kind) {
    case 'stage':
      return event.stage;
    case 'detail':
      return event.text;
    case 'done':
      return `done in ${elapsed}, ${event.summary}`;
    case 'skipped':
      return `skipped, ${event.reason}`;
    case 'failed':
      return `failed: ${event.reason}`;
    case 'warning':
      return `warning: ${event.text}`;
  }
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

interface LiveView {
  /** False when the event's task is not one of the view's. */
  readonly show: (event: TaskEvent) => boolean;
  readonly close: () => Promise<void>;
}

function openLiveView(names: readonly string[], now: () => number): LiveView {
  const tasks = new Map(names.map((name) => [name, liveTask(name, now)]));
  const running = runList([...tasks.values()].map(({ entry }) => entry));
  return {
    show: (event) => {
      const task = tasks.get(event.task);
      task?.show(event);
      return task !== undefined;
    },
    close: async () => {
      for (const task of tasks.values()) task.end();
      await running;
    },
  };
}

async function runList(entries: readonly ListrTask[]): Promise<void> {
  const { Listr } = await import('listr2');
  const list = new Listr([...entries], {
    concurrent: true,
    exitOnError: false,
    // Its own handler would end the process there and then.
    registerSignalListeners: false,
    rendererOptions: { collapseErrors: false, showErrorMessage: false },
    // The alternative for a pipe is never reached: live is only chosen on a terminal.
    fallbackRenderer: 'silent',
  });
  await list.run();
}

interface LiveTask {
  readonly show: (event: TaskEvent) => void;
  readonly end: () => void;
  readonly entry: ListrTask;
}

/** A line of the live view: waits for its first event, shows the latest, and ends with the last. */
function liveTask(name: string, now: () => number): LiveTask {
  let line: TaskLine | undefined;
  let latest: TaskEvent | undefined;
  let started = 0;
  let end: () => void = () => undefined;
  let fail: (error: Error) => void = () => undefined;
  const finished = new Promise<void>((resolve, reject) => {
    end = resolve;
    fail = reject;
  });
  // Reported by whoever runs the task; here it only colours the line.
  finished.catch(() => undefined);
  const refresh = (): void => {
    if (line && latest) showOn(line, name, latest, seconds(now() - started));
  };
  const show = (event: TaskEvent): void => {
    if (!latest) started = now();
    latest = event;
    refresh();
    if (event.kind === 'failed') fail(new Error(event.reason));
    if (event.kind === 'done' || event.kind === 'skipped') end();
  };
  const task: ListrTask['task'] = async (_context, wrapper) => {
    line = wrapper;
    line.title = `${name} · waiting`;
    refresh();
    const tick = setInterval(refresh, 1000);
    await finished.finally(() => clearInterval(tick));
  };
  return { show, end, entry: { title: name, task } };
}

interface TaskLine {
  title: string;
  output: string;
}

function showOn(line: TaskLine, name: string, event: TaskEvent, elapsed: string): void {
  const text = describeEvent(event, elapsed);
  if (event.kind === 'detail') line.output = text;
  else line.title = event.kind === 'stage' ? `${name} · ${text} · ${elapsed}` : `${name} · ${text}`;
}
