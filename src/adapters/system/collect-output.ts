import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { InternalError } from '../../errors.ts';

/** Characters of one stream that are returned. */
const maxChars = 64 * 1024 * 1024;
/** A line is handed on in parts of this size when no end comes. */
const maxLineChars = 64 * 1024;

/**
 * Reads a stream of a command to its end as UTF-8, no faster than it is used up. With a log each line,
 * without its end, is given to it as it comes and nothing is kept. Rejects with what a log throws, and the stream is closed then.
 * Without a log all of it is returned; past the limit that is an error, because someone is going to parse it.
 */
export async function collectOutput(stream: Readable, log?: (line: string) => void): Promise<string> {
  const decoder = new StringDecoder('utf8');
  const lines = log && createLineSplitter(log);
  let kept = '';
  const take = (text: string): void => {
    if (lines) return lines.write(text);
    kept += text;
    if (kept.length > maxChars) throw new InternalError(`a command printed more than ${maxChars} characters`);
  };
  for await (const chunk of stream as AsyncIterable<Buffer>) take(decoder.write(chunk));
  take(decoder.end());
  lines?.end();
  return kept;
}

function createLineSplitter(log: (line: string) => void): { write(text: string): void; end(): void } {
  let rest = '';
  return {
    write(text) {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) log(line);
      if (rest.length < maxLineChars) return;
      log(rest);
      rest = '';
    },
    end() {
      if (rest !== '') log(rest);
      rest = '';
    },
  };
}
