import { KublerError } from '../../errors.ts';
import type { ContainerLog } from '../../ports/engine.ts';

/** What a command prints, for a test to look into. */
export interface Output {
  readonly log: ContainerLog;
  /** So far; each line ends with a line feed. */
  readonly texts: { readonly stdout: string; readonly stderr: string };
}

const maxChars = 4 * 1024 * 1024;

/** Collects lines and passes them on to `log`. Throws `IMAGE_INVALID` when there are too many of them. */
export function openOutput(log: (line: string) => void): Output {
  const texts = { stdout: '', stderr: '' };
  return {
    texts,
    log: (line, stream) => {
      texts[stream] += `${line}\n`;
      if (texts[stream].length > maxChars)
        throw new KublerError('IMAGE_INVALID', `it printed more than ${maxChars} characters to ${stream}`);
      log(line);
    },
  };
}
