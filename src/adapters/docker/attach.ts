import type { Duplex, Writable } from 'node:stream';
import { readFrames } from './frames.ts';

/**
 * Joins the terminal of this process, which must have one, with that of a command until its output ends: every key goes
 * there as it is pressed, Ctrl-C too. `resize` is told the size of the terminal, now and when it changes.
 */
export async function attachTerminal(
  connection: Duplex,
  resize: (rows: number, columns: number) => void,
): Promise<void> {
  const { stdin, stdout } = process;
  const tellSize = (): void => resize(stdout.rows, stdout.columns);
  stdin.setRawMode(true);
  stdin.pipe(connection);
  stdout.on('resize', tellSize);
  tellSize();
  try {
    for await (const bytes of connection as AsyncIterable<Buffer>) await write(stdout, bytes);
  } finally {
    stdout.off('resize', tellSize);
    stdin.unpipe(connection);
    stdin.setRawMode(false);
    stdin.pause();
  }
}

/** Joins the standard streams of this process with those of a command until its output ends. @param input that one too */
export async function attachStreams(connection: Duplex, input: boolean): Promise<void> {
  const { stdin, stdout, stderr } = process;
  if (input) stdin.pipe(connection);
  try {
    const streams = { stdout, stderr };
    for await (const { stream, bytes } of readFrames(connection)) await write(streams[stream], bytes);
  } finally {
    if (input) stdin.unpipe(connection).pause();
  }
}

/** Resolves when it is time for more. */
const write = (to: Writable, bytes: Buffer): Promise<void> =>
  new Promise((resolve, reject) => {
    to.write(bytes, (error) => (error ? reject(error) : resolve()));
  });
