import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { finished } from 'node:stream/promises';

/** The log of one step: every line goes to its file, the last ones are kept for an error message. */
export interface StepLog extends AsyncDisposable {
  readonly file: string;
  readonly line: (text: string) => void;
  /** The last 40 lines, oldest first. */
  readonly tail: () => readonly string[];
}

const tailLength = 40;

/**
 * Opens (and empties) the log file of a step. Occurrences of `secrets`, such as a proxy address with a password,
 * are written as `***`.
 */
export async function openStepLog(file: string, secrets: readonly string[] = []): Promise<StepLog> {
  await mkdir(dirname(file), { recursive: true });
  const stream = createWriteStream(file);
  const tail: string[] = [];
  return {
    file,
    tail: () => tail,
    line: (text) => {
      const clean = secrets.reduce((line, secret) => line.replaceAll(secret, '***'), text);
      stream.write(`${clean}\n`);
      tail.push(clean);
      if (tail.length > tailLength) tail.shift();
    },
    [Symbol.asyncDispose]: async () => {
      stream.end();
      await finished(stream);
    },
  };
}
