import { createReadStream, existsSync, readFileSync, statSync } from 'node:fs';
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

export interface FolderServer {
  /** `http://127.0.0.1:PORT`, without a slash at its end. */
  readonly address: string;
  /** Path of every request so far. */
  readonly requests: string[];
  /** The next so many answers with this text in their path break off halfway. */
  readonly breakOff: (text: string, times: number) => void;
  readonly close: () => Promise<void>;
}

/** Serves the files of a folder on this machine only; with `tls`, a PEM key and certificate, over https. */
export async function serveFolder(
  dir: string,
  tls?: { readonly key: string; readonly cert: string },
): Promise<FolderServer> {
  const requests: string[] = [];
  let broken = { text: '', times: 0 };
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    // A proxy is asked for a whole address.
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    requests.push(request.url ?? '');
    const file = join(dir, decodeURIComponent(pathname));
    if (!existsSync(file) || !statSync(file).isFile()) response.writeHead(404).end();
    else if (broken.times > 0 && pathname.includes(broken.text)) {
      broken.times -= 1;
      const bytes = readFileSync(file);
      response.writeHead(200, { 'content-length': bytes.length });
      response.write(bytes.subarray(0, bytes.length / 2), () => setTimeout(() => response.destroy(), 50));
    } else createReadStream(file).pipe(response);
  };
  const server = tls ? createHttpsServer(tls, answer) : createHttpServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const breakOff = (text: string, times: number): void => {
    broken = { text, times };
  };
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { address: `${tls ? 'https' : 'http'}://127.0.0.1:${port}`, requests, breakOff, close };
}
