import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createDispatcher, httpGet } from '../../../../src/adapters/system/http-get.ts';

const bytes = 64 * 1024;

/** Answers as servers of HTTP/1.0 do: everything at once, then it hangs up. */
const server = createServer((socket) => {
  socket.on('error', () => undefined);
  socket.once('data', () => {
    socket.write(`HTTP/1.0 200 OK\r\nContent-Length: ${bytes}\r\nConnection: close\r\n\r\n`);
    socket.end(Buffer.alloc(bytes, 'x'));
  });
});
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(() => {
  server.close();
});

it('reads what a server sent before it hung up, however slowly', async () => {
  const { port } = server.address() as AddressInfo;
  const proxies = { httpProxy: undefined, httpsProxy: undefined, noProxy: undefined };
  const dispatcher = createDispatcher(proxies, undefined, 60_000);
  const { signal } = new AbortController();
  const { body } = await httpGet(`http://127.0.0.1:${port}/`, {}, { dispatcher, signal });
  await sleep(300);
  let size = 0;
  for await (const chunk of body) size += (chunk as Buffer).length;
  expect(size).toBe(bytes);
});
