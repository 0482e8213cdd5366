import { readFileSync } from 'node:fs';
import { createServer as createProxy } from 'node:http';
import { createServer } from 'node:https';
import { connect, type AddressInfo, type Server } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDownloader, type DownloaderOptions } from '../../src/adapters/system/downloader.ts';
import { makeCertificates } from '../support/make-certificates.ts';
import { requires } from '../support/requires.ts';
import { useTempDir } from '../support/use-temp-dir.ts';

requires('openssl')('downloads over https', () => {
  const dir = useTempDir();
  let caFile: string;
  const servers: Server[] = [];
  const tunnels: string[] = [];
  let url: string;
  let httpsProxy: string;

  const listen = async (server: Server): Promise<number> => {
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return (server.address() as AddressInfo).port;
  };

  beforeAll(async () => {
    const tls = makeCertificates(dir);
    ({ caFile } = tls);
    const server = createServer(tls, (request, response) => {
      if (request.url === '/downgrade') response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end();
      else response.end('secret thing');
    });
    url = `https://127.0.0.1:${await listen(server)}/file`;
    const proxy = createProxy();
    proxy.on('connect', (request, socket) => {
      tunnels.push(request.url ?? '');
      const [host, port] = (request.url ?? '').split(':');
      const target = connect(Number(port), host, () => socket.write('HTTP/1.1 200 OK\r\n\r\n'));
      target.on('error', () => socket.destroy()).pipe(socket);
      socket.on('error', () => target.destroy()).pipe(target);
    });
    httpsProxy = `http://127.0.0.1:${await listen(proxy)}`;
  });
  afterAll(() => servers.forEach((server) => server.close()));

  const download = (options: Partial<DownloaderOptions>, target: string): Promise<boolean> =>
    createDownloader({
      proxies: { httpProxy: undefined, httpsProxy: undefined, noProxy: undefined },
      caFile,
      signal: new AbortController().signal,
      retryDelayMs: 1,
      ...options,
    }).download({ url: target, hostFile: join(dir, 'file'), maxBytes: 100 });

  test('an authority of the CA file is trusted', async () => {
    expect(await download({}, url)).toBe(true);
    expect(readFileSync(join(dir, 'file'), 'utf8')).toBe('secret thing');
  });

  test('without it the certificate is refused', async () => {
    await expect(download({ caFile: undefined }, url)).rejects.toMatchObject({
      code: 'DOWNLOAD_FAILED',
      message: expect.not.stringContaining('tried') as string,
    });
  });

  test('a redirect to http is refused', async () => {
    await expect(download({}, new URL('/downgrade', url).href)).rejects.toMatchObject({
      message: expect.stringContaining('it redirects from https: to http:') as string,
    });
  });

  test('a proxy is asked for a tunnel, and the CA file counts inside it', async () => {
    const proxies = { httpProxy: undefined, httpsProxy, noProxy: undefined };
    expect(await download({ proxies }, url)).toBe(true);
    expect(tunnels).toEqual([new URL(url).host]);
  });
});
