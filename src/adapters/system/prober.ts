import { request as httpRequest, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import type { HttpAnswer, HttpQuestion, Prober } from '../../ports/prober.ts';

const host = '127.0.0.1';
/** A connection that lasts so long was not just taken to be dropped. */
const keptMs = 250;
const connectMs = 2000;
const maxBodyBytes = 4 * 1024 * 1024;

/** Asks over real sockets. */
export const systemProber: Prober = { accepts, request };

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: connectMs });
    let connected = false;
    const answer = (accepted: boolean): void => {
      socket.destroy();
      resolve(accepted);
    };
    socket.once('connect', () => {
      connected = true;
      socket.setTimeout(keptMs);
    });
    socket.once('timeout', () => answer(connected));
    socket.once('data', () => answer(true));
    socket.once('end', () => answer(false));
    socket.once('error', () => answer(false));
  });
}

async function request(question: HttpQuestion): Promise<HttpAnswer | undefined> {
  try {
    const message = await ask(question);
    return {
      status: message.statusCode ?? 0,
      headers: Object.fromEntries(
        Object.entries(message.headersDistinct).map(([name, values = []]) => [name, values.join(', ')]),
      ),
      body: await readBody(message),
    };
  } catch {
    return undefined;
  }
}

function ask({ port, method, path, headers, body, timeoutMs }: HttpQuestion): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(timeoutMs);
    const sent = httpRequest(
      { host, port, method, path, agent: false, signal, headers: { host: 'localhost', ...headers } },
      resolve,
    );
    sent.once('error', reject);
    sent.end(body);
  });
}

async function readBody(message: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of message as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > maxBodyBytes) break;
  }
  return Buffer.concat(chunks).subarray(0, maxBodyBytes).toString();
}
