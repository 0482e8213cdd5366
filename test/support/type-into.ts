import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';

/** How long a program may show nothing, in ms: one that is waited for in vain is ended, and the test fails with what it showed. */
const patienceMs = 55_000;

/**
 * Types into a program at a terminal, each text once what goes before it has been shown. Resolves with all that was
 * shown when the last thing has been, or with what there is when the program ends early. Rejects with it when nothing
 * more is shown for a minute.
 */
export async function typeInto(
  program: ChildProcessWithoutNullStreams,
  dialogue: readonly (readonly [awaited: string, typed: string])[],
): Promise<string> {
  let shown = '';
  let from = 0;
  const todo = [...dialogue];
  const stuck = new AbortController();
  const patience = setTimeout(() => {
    stuck.abort();
    program.kill('SIGKILL');
    program.stdout.destroy();
  }, patienceMs);
  program.stdout.on('data', (chunk: Buffer) => {
    patience.refresh();
    shown += chunk.toString();
    for (let next = todo[0]; next && shown.includes(next[0], from); next = todo[0]) {
      from = shown.indexOf(next[0], from) + next[0].length;
      program.stdin.write(next[1]);
      todo.shift();
    }
  });
  await once(program, 'close');
  clearTimeout(patience);
  if (stuck.signal.aborted)
    throw new Error(`waited for ${JSON.stringify(todo[0]?.[0] ?? 'its end')} in vain after:\n${shown}`);
  return shown;
}
