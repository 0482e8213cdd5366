import { createServer as createHttpServer } from 'node:http';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { once } from 'node:events';
import { afterEach, describe, expect, test } from 'vitest';
import { systemProber } from '../../../../src/adapters/system/prober.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

async function listen(server: Server): Promise<number> {
  servers.push(server.listen(0, '127.0.0.1'));
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

async function freePort(): Promise<number> {
  const port = await listen(createServer());
  const server = servers.pop();
  server?.close();
  if (server) await once(server, 'close');
  return port;
}

describe('a port', () => {
  test('accepts when a connection is kept, or answered at once', async () => {
    expect(await systemProber.accepts(await listen(createServer()))).toBe(true);
    const greeter = createServer((socket) => socket.end('220 ready\r\n'));
    expect(await systemProber.accepts(await listen(greeter))).toBe(true);
  });

  test('does not when nothing listens, or connections are dropped', async () => {
    expect(await systemProber.accepts(await freePort())).toBe(false);
    expect(await systemProber.accepts(await listen(createServer((socket) => socket.destroy())))).toBe(false);
    expect(await systemProber.accepts(await listen(createServer((socket) => socket.end())))).toBe(false);
  });
});

describe('a request', () => {
  const question = { method: 'GET', path: '/', headers: {}, body: undefined, timeoutMs: 5000 };

  test('gets status, headers and body; redirects are not followed', async () => {
    const server = createHttpServer((request, response) => {
      let body = '';
      request.on('data', (chunk) => (body += String(chunk)));
      request.on('end', () => {
        response.writeHead(302, { Location: '/away', 'Set-Cookie': ['a=1', 'b=2'] });
        response.end(`${request.method} ${request.url} ${request.headers['x-name']?.toString()} ${body}`);
      });
    });
    const port = await listen(server);
    const answer = await systemProber.request({
      ...{ ...question, port, method: 'POST', path: '/p?q=1', headers: { 'X-Name': 'n' }, body: 'text' },
    });
    expect(answer).toMatchObject({
      ...{ status: 302, body: 'POST /p?q=1 n text' },
      headers: { location: '/away', 'set-cookie': 'a=1, b=2' },
    });
  });

  test('gets no answer from who refuses, drops, is silent, or talks something else', async () => {
    const ask = (port: number, timeoutMs = 5000) => systemProber.request({ ...question, port, timeoutMs });
    expect(await ask(await freePort())).toBeUndefined();
    expect(await ask(await listen(createServer((socket) => socket.destroy())))).toBeUndefined();
    expect(await ask(await listen(createServer((socket) => socket.end('220 ready\r\n'))))).toBeUndefined();
    expect(await ask(await listen(createServer()), 100)).toBeUndefined();
  });

  test('cuts an endless body', async () => {
    const server = createHttpServer((_, response) => {
      const fill = (): void => {
        while (response.write(Buffer.alloc(1 << 20, 'x')));
      };
      response.on('drain', fill);
      fill();
    });
    const answer = await systemProber.request({ ...question, port: await listen(server) });
    expect(answer?.body).toHaveLength(4 * 1024 * 1024);
  });
});
