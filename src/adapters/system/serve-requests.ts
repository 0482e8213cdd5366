import { once } from 'node:events';
import { mkdir, open } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { createInterface } from 'node:readline';

/** Answers a request line by lines and a status; `gone` is aborted when whoever asked no longer listens. */
export type RequestHandler = (
  request: string,
  write: (line: string) => void,
  gone: AbortSignal,
) => Promise<number>;

/**
 * Serves the Unix socket `host` in a folder, which is made, until disposed: each connection asks with one line, and
 * gets what `handle` writes, and at last `kubler-status N`. Disposing, also a second time, hangs up and waits for what
 * `handle` still does.
 */
export async function serveRequests(dir: string, handle: RequestHandler): Promise<AsyncDisposable> {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const folder = await open(dir);
  const sockets = new Set<Socket>();
  const answers = new Set<Promise<void>>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    // Whoever asked may have gone.
    socket.on('error', () => undefined);
    const answered = answer(socket, handle).finally(() => answers.delete(answered));
    answers.add(answered);
  });
  // The address of a socket has 108 bytes at most (unix(7)); a path through a descriptor is always short.
  server.listen(`/proc/self/fd/${folder.fd}/host`);
  await once(server, 'listening');
  const close = async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
    await Promise.all(answers);
    await folder.close();
  };
  let closed: Promise<void> | undefined;
  return { [Symbol.asyncDispose]: () => (closed ??= close()) };
}

async function answer(socket: Socket, handle: RequestHandler): Promise<void> {
  const gone = new AbortController();
  socket.once('close', () => gone.abort());
  const lines = createInterface({ input: socket });
  const [request] = (await once(lines, 'line', { signal: gone.signal }).catch(() => [])) as [string?];
  if (request === undefined) return;
  const write = (line: string): void => {
    if (socket.writable) socket.write(`${line}\n`);
  };
  const status = await handle(request, write, gone.signal).catch(() => 70);
  if (socket.writable) socket.end(`kubler-status ${status}\n`);
}
