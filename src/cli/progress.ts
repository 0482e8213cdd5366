import type { ListrTask } from 'listr2';
import type { Fetched, Progress, TaskEvent } from '../model/progress.ts';
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
      if (event.kind === 'warning' && view) later(event);
      else if (!('task' in event) || !view?.show(event)) plain(event);
      if (event.kind === 'planned') view = openLiveView(event.tasks, options.now);
    },
    close: async () => view?.close(),
  };
}

function plainLines({ write, now }: ProgressOptions): Progress {
  const started = new Map<string, number>();
  const tellEngine = engineLine(write);
  return (event) => {
    tellEngine(event);
    // Of the packages only their number: a line for each would be too many.
    if (!('task' in event) || (event.kind === 'fetched' && event.files > 0)) return;
    const start = started.get(event.task) ?? now();
    started.set(event.task, start);
    write(`${event.task}: ${describeEvent(event, seconds(now() - start))}\n`);
  };
}

/** Writes which engine was picked, once; the usual one only where something is built. */
function engineLine(write: (text: string) => void): Progress {
  let line: string | undefined;
  return (event) => {
    if (event.kind === 'engine') line = `engine: ${event.engine}, as ${harmless(event.reason)}\n`;
    const isDue =
      event.kind === 'engine'
        ? event.engine !== 'native'
        : event.kind === 'planned' && event.tasks.length > 0;
    if (!isDue || line === undefined) return;
    write(line);
    line = undefined;
  };
}

const describeEvent = (event: TaskEvent, elapsed: string): string => harmless(eventText(event, elapsed));

function eventText(event: TaskEvent, elapsed: string): string {
  switch (event.kind) {
    case 'stage':
      return event.stage;
    case 'detail':
      return event.text;
    case 'fetched':
      return fetchedText(event);
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

/** `12/32 packages, 4.1/12.4 MB`; before the first only how many there will be. */
function fetchedText({ files, ofFiles, bytes, ofBytes }: Fetched): string {
  const [have, total] = [bytes, ofBytes].map((count) => (count / 1e6).toFixed(1));
  return files === 0
    ? `${ofFiles} packages, ${total} MB`
    : `${files}/${ofFiles} packages, ${have}/${total} MB`;
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
  const lineText = createLineText(name);
  const refresh = (): void => {
    if (line && latest) Object.assign(line, lineText(latest, seconds(now() - started)));
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

/** What the line of a task shows after each event: its stage, how far that is and the time, until it has ended. */
export function createLineText(name: string): (event: TaskEvent, elapsed: string) => Partial<TaskLine> {
  let stage = '';
  let count = '';
  return (event, elapsed) => {
    const text = describeEvent(event, elapsed);
    if (event.kind === 'stage') [stage, count] = [text, ''];
    if (event.kind === 'fetched') count = text;
    const title = [name, stage, count, elapsed].filter((part) => part !== '').join(' · ');
    if (event.kind === 'stage') return { title, output: '' };
    if (event.kind === 'fetched') return { title };
    return event.kind === 'detail' ? { title, output: text } : { title: `${name} · ${text}` };
  };
}
