import type { Session } from '../../ports/engine.ts';

/** Answers a request by text, each piece its own lines, and a status; `gone` is aborted when whoever asked no longer listens. */
export type RequestHandler = (write: (text: string) => void, gone: AbortSignal) => Promise<number>;

/**
 * Answers what kubler-build-root asks in the builder of a session, one request after the other, until disposed. Disposing
 * hangs up, and waits for what `handle` still does. They talk by way of a command in the builder (container/shell/relay), so
 * that it is the same on every engine.
 */
export async function serveRequests(session: Session, handle: RequestHandler): Promise<AsyncDisposable> {
  const answers = openChannel();
  let gone = new AbortController();
  let answered: Promise<void> = Promise.resolve();
  const answer = async (signal: AbortSignal): Promise<void> => {
    const write = (text: string): void => {
      for (const line of text.split('\n')) answers.push(`: ${line}`);
    };
    const status = await handle(write, signal).catch(() => 70);
    answers.push(`= ${status}`);
  };
  const said: string[] = [];
  let isReady = (): void => undefined;
  const ready = new Promise<void>((resolve) => (isReady = resolve));
  const onLine = (line: string): void => {
    said.push(line);
    if (line === 'ready') isReady();
    if (line === 'gone') gone.abort();
    if (line !== 'ask') return;
    gone = new AbortController();
    answered = answer(gone.signal);
  };
  const argv = ['perl', '/.kubler/shell/relay'] as const;
  const relay = session.exec({ root: 'builder', argv, stdin: answers.bytes(), log: onLine });
  const ended = relay.then(() => Promise.reject(new Error(`a relay has ended: ${said.join('\n')}`)));
  ended.catch(() => undefined);
  await Promise.race([ready, ended]);
  return {
    [Symbol.asyncDispose]: async () => {
      gone.abort();
      await answered;
      answers.end();
      await relay;
    },
  };
}

/** Lines that are written at one end and come out at the other, as bytes. */
function openChannel() {
  const waiting: Uint8Array[] = [];
  let wake = (): void => undefined;
  let isOver = false;
  return {
    push: (line: string): void => {
      waiting.push(Buffer.from(`${line}\n`));
      wake();
    },
    end: (): void => {
      isOver = true;
      wake();
    },
    async *bytes(): AsyncGenerator<Uint8Array, void, undefined> {
      for (;;) {
        yield* waiting.splice(0);
        if (waiting.length > 0) continue;
        if (isOver) return;
        await new Promise<void>((resolve) => (wake = resolve));
      }
    },
  };
}
