import { appendFileSync, closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { KublerError } from '../../errors.ts';

/** A file that text is appended to, in batches. Disposing closes it. */
export interface LogFile extends Disposable {
  /** Takes text, to be in the file at the latest when this process has nothing else to do. */
  readonly write: (text: string) => void;
  /** Writes what was taken. */
  readonly flush: () => void;
}

/** Characters that are written at once. */
const batchChars = 64 * 1024;

/**
 * Opens and empties a file, making its folder. It is written before a call returns, not behind its back: whoever
 * copies a command's output there reads no faster than the disk takes it, and what goes wrong is told to the caller.
 * @throws KublerError `HOST_WRITE_FAILED`, as all of its functions
 */
export function openLogFile(file: string): LogFile {
  const fd = orRefuse(file, () => {
    mkdirSync(dirname(file), { recursive: true });
    return openSync(file, 'w');
  });
  let pending = '';
  let timer: NodeJS.Immediate | undefined;
  let failure: unknown;
  const flush = (): void => {
    clearImmediate(timer);
    timer = undefined;
    if (failure instanceof Error) throw failure;
    const text = pending;
    pending = '';
    if (text !== '') orRefuse(file, () => appendFileSync(fd, text));
  };
  const flushLater = (): void => {
    try {
      flush();
    } catch (error) {
      // Told by the next call.
      failure = error;
    }
  };
  return {
    write: (text) => {
      pending += text;
      timer ??= setImmediate(flushLater);
      if (pending.length > batchChars) flush();
    },
    flush,
    [Symbol.dispose]: () => {
      flushLater();
      closeSync(fd);
    },
  };
}

function orRefuse<T>(file: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new KublerError('HOST_WRITE_FAILED', `cannot write log "${file}": ${reason}`, {
      hint: 'logs are in the data dir: make room there, with kubler clean, or name another one with --data-dir',
      cause,
    });
  }
}
