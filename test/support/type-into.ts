import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';

/**
 * Types into a program at a terminal, each text once what goes before it has been shown. Resolves with all that was
 * shown when the last thing has been, or with what there is when the program ends early.
 */
export async function typeInto(
  program: ChildProcessWithoutNullStreams,
  dialogue: readonly (readonly [awaited: string, typed: string])[],
): Promise<string> {
  let shown = '';
  let from = 0;
  const todo = [...dialogue];
  program.stdout.on('data', (chunk: Buffer) => {
    shown += chunk.toString();
    for (let next = todo[0]; next && shown.includes(next[0], from); next = todo[0]) {
      from = shown.indexOf(next[0], from) + next[0].length;
      program.stdin.write(next[1]);
      todo.shift();
    }
  });
  await once(program, 'close');
  return shown;
}
