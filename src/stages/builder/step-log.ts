import { openLogFile } from './log-file.ts';

/** The log of one step: lines go to its file, the last ones are kept for an error message. Disposing closes it. */
export interface StepLog extends Disposable {
  readonly file: string;
  readonly line: (text: string) => void;
  /** The last 40 lines, oldest first; of a very long one its start. */
  readonly tail: () => readonly string[];
  /** Completes the file. */
  readonly finish: () => void;
}

const tailLength = 40;
const maxTailChars = 4096;
const defaultMaxChars = 64 * 1024 * 1024;

/**
 * Opens (and empties) the log file of a step. Occurrences of `secrets`, such as a proxy address with a password,
 * are written as `***`. Past `maxChars` lines are only counted, and the last ones are written at the end.
 * @throws KublerError `HOST_WRITE_FAILED`, as `line` and `finish`
 */
export function openStepLog(
  file: string,
  secrets: readonly string[] = [],
  maxChars: number = defaultMaxChars,
): StepLog {
  const output = openLogFile(file);
  const tail: string[] = [];
  let room = maxChars;
  let leftOut = 0;
  const finish = (): void => {
    if (leftOut > 0) {
      output.write(`[cut at maxChars, ${maxChars}: ${leftOut} more lines, the last of them are]\n`);
      output.write(
        tail
          .slice(-leftOut)
          .map((line) => `${line}\n`)
          .join(''),
      );
      leftOut = 0;
    }
    output.flush();
  };
  return {
    file,
    tail: () => tail,
    line: (text) => {
      const clean = secrets.reduce((line, secret) => line.replaceAll(secret, '***'), text);
      room -= clean.length + 1;
      if (room >= 0) output.write(`${clean}\n`);
      else leftOut += 1;
      tail.push(clean.length > maxTailChars ? `${clean.slice(0, maxTailChars)}…` : clean);
      if (tail.length > tailLength) tail.shift();
    },
    finish,
    [Symbol.dispose]: () => output[Symbol.dispose](),
  };
}
