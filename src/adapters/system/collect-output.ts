import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { InternalError } from '../../errors.ts';

/** Characters of one stream that are returned. */
const maxChars = 64 * 1024 * 1024;
/** A line is handed on in parts of this size when no end comes. */
const maxLineChars = 64 * 1024;

/**
 * Reads a stream of a command to its end as UTF-8, giving each line, without its end, to `log` as it comes.
 * What a log has seen may be forgotten: then only the end of very long output is returned.
 * Without a log, output beyond the limit is an error, because someone is going to parse it.
 */
export async function collectOutput(stream: Readable, log?: (line: string) => void): Promise<string> {
  const decoder = new StringDecoder('utf8');
  const lines = createLineSplitter(log);
  let kept = '';
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    const text = decoder.write(chunk);
    lines.write(text);
    kept += text;
    if (kept.length <= maxChars) continue;
    if (!log) throw new InternalError(`a command printed more than ${maxChars} characters`);
    kept = kept.slice(-maxChars / 2);
  }
  const last = decoder.end();
  lines.write(last);
  lines.end();
  return kept + last;
}

function createLineSplitter(log: ((line: string) => void) | undefined): {
  write(text: string): void;
  end(): void;
} {
  let rest = '';
  if (!log) return { write: () => undefined, end: () => undefined };
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
