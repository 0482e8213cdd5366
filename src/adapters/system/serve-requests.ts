import { once } from 'node:events';
import { mkdir, open } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { createInterface } from 'node:readline';

/** Answers a request line by lines and a status. */
export type RequestHandler = (request: string, write: (line: string) => void) => Promise<number>;

/**
 * Serves the Unix socket `host` in a folder, which is made, until disposed: each connection asks with one line, and
 * gets what `handle` writes, and at last `kubler-status N`.
 */
export async function serveRequests(dir: string, handle: RequestHandler): Promise<AsyncDisposable> {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const folder = await open(dir);
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    // Whoever asked may have gone.
    socket.on('error', () => undefined);
    void answer(socket, handle);
  });
  // The address of a socket has 108 bytes at most (unix(7)); a path through a descriptor is always short.
  server.listen(`/proc/self/fd/${folder.fd}/host`);
  await once(server, 'listening');
  return {
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
      await folder.close();
    },
  };
}

async function answer(socket: Socket, handle: RequestHandler): Promise<void> {
  const lines = createInterface({ input: socket });
  const [request] = (await once(lines, 'line').catch(() => [''])) as [string];
  const status = await handle(request, (line) => {
    if (socket.writable) socket.write(`${line}\n`);
  }).catch(() => 70);
  if (socket.writable) socket.end(`kubler-status ${status}\n`);
}
