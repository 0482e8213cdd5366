import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createDownloader, type DownloaderOptions } from '../../../../src/adapters/system/downloader.ts';

const content = Buffer.from('0123456789'.repeat(20_000));
const sha256 = createHash('sha256').update(content).digest('hex');

let dir: string;
let hostFile: string;
let answer: (request: IncomingMessage, response: ServerResponse) => void;
let requests: IncomingMessage[];
let server: Server;
let url: string;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'kubler-download-'));
  hostFile = join(dir, 'sub/file');
  requests = [];
  server = createServer((request, response) => {
    requests.push(request);
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/a/file`;
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await rm(dir, { recursive: true });
});

const downloader = (options: Partial<DownloaderOptions> = {}) =>
  createDownloader({
    proxies: { httpProxy: undefined, httpsProxy: undefined, noProxy: undefined },
    caFile: undefined,
    signal: new AbortController().signal,
    retryDelayMs: 1,
    ...options,
  });

/** Serves `content`, honouring `Range: bytes=N-`. */
const serve = (request: IncomingMessage, response: ServerResponse): void => {
  const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
  if (from > 0) {
    response.writeHead(206, { 'content-range': `bytes ${from}-${content.length - 1}/${content.length}` });
  }
  response.end(content.subarray(from));
};

/** Sends half of `content`, then breaks the connection. */
const breakOff = (response: ServerResponse): void => {
  response.writeHead(200, { 'content-length': content.length });
  response.write(content.subarray(0, content.length / 2), () => setTimeout(() => response.destroy(), 50));
};

test('a file arrives whole and alone', async () => {
  answer = serve;
  expect(await downloader().download({ url, hostFile, sha256, maxBytes: 1e6 })).toBe(true);
  expect(content.equals(await readFile(hostFile))).toBe(true);
  expect(await readdir(join(dir, 'sub'))).toEqual(['file']);
});

test('a missing file is an answer, not an error, and leaves nothing', async () => {
  answer = (_, response) => response.writeHead(404).end();
  expect(await downloader().download({ url, hostFile, maxBytes: 1e6 })).toBe(false);
  expect(await readdir(join(dir, 'sub'))).toEqual([]);
});

test('a wrong checksum is refused and leaves nothing', async () => {
  answer = (_, response) => response.end('something else');
  await expect(downloader().download({ url, hostFile, sha256, maxBytes: 1e6 })).rejects.toMatchObject({
    code: 'CHECKSUM_MISMATCH',
  });
  expect(await readdir(join(dir, 'sub'))).toEqual([]);
});

test('more than maxBytes is refused by name and leaves nothing', async () => {
  answer = serve;
  await expect(downloader().download({ url, hostFile, sha256, maxBytes: 1000 })).rejects.toMatchObject({
    code: 'DOWNLOAD_FAILED',
    message: expect.stringContaining('maxBytes, the limit of 1000 bytes') as string,
  });
  expect(await readdir(join(dir, 'sub'))).toEqual([]);
});

test('passing faults are tried again', async () => {
  const statuses = [503, 429, 500];
  answer = (request, response) => {
    const status = statuses.shift();
    if (status === undefined) serve(request, response);
    else response.writeHead(status, { 'retry-after': '0' }).end();
  };
  expect(await downloader().download({ url, hostFile, sha256, maxBytes: 1e6 })).toBe(true);
  expect(requests).toHaveLength(4);
});

test('a fault that stays is given up after five attempts with its status', async () => {
  answer = (_, response) => response.writeHead(503).end();
  await expect(downloader().download({ url, hostFile, maxBytes: 1e6 })).rejects.toMatchObject({
    code: 'DOWNLOAD_FAILED',
    message: `cannot download "${url}": status 503 (tried 5 times)`,
  });
  expect(requests).toHaveLength(5);
});

test('a refusal is not tried again', async () => {
  answer = (_, response) => response.writeHead(403).end();
  await expect(downloader().download({ url, hostFile, maxBytes: 1e6 })).rejects.toMatchObject({
    message: expect.stringContaining('status 403') as string,
  });
  expect(requests).toHaveLength(1);
});

test('a broken download goes on where it stopped', async () => {
  answer = (request, response) => (requests.length === 1 ? breakOff(response) : serve(request, response));
  expect(await downloader().download({ url, hostFile, sha256, maxBytes: 1e6 })).toBe(true);
  expect(content.equals(await readFile(hostFile))).toBe(true);
  expect(requests.map((request) => request.headers.range)).toEqual([
    undefined,
    expect.stringMatching(/^bytes=[1-9]\d*-$/),
  ]);
});

test('a server that falls silent is asked for the rest', async () => {
  answer = (request, response) => {
    if (requests.length > 1) return serve(request, response);
    response.writeHead(200, { 'content-length': content.length });
    response.write(content.subarray(0, content.length / 2));
  };
  const patient = downloader({ idleTimeoutMs: 300 });
  expect(await patient.download({ url, hostFile, sha256, maxBytes: 1e6 })).toBe(true);
  expect(content.equals(await readFile(hostFile))).toBe(true);
  expect(requests[1]?.headers.range).toBe(`bytes=${content.length / 2}-`);
});

test('without a checksum a broken download starts again', async () => {
  answer = (request, response) => (requests.length === 1 ? breakOff(response) : serve(request, response));
  expect(await downloader().download({ url, hostFile, maxBytes: 1e6 })).toBe(true);
  expect(content.equals(await readFile(hostFile))).toBe(true);
  expect(requests[1]?.headers.range).toBeUndefined();
});

test('an interrupted download is resumed by the next process', async () => {
  const controller = new AbortController();
  answer = (_, response) => {
    response.writeHead(200, { 'content-length': content.length });
    response.write(content.subarray(0, 1000), () => setTimeout(() => controller.abort(), 50));
  };
  const spec = { url, hostFile, sha256, maxBytes: 1e6 };
  await expect(downloader({ signal: controller.signal }).download(spec)).rejects.toMatchObject({
    code: 'INTERRUPTED',
  });
  expect(await readdir(join(dir, 'sub'))).toEqual(['file.part']);
  answer = serve;
  expect(await downloader().download(spec)).toBe(true);
  expect(requests.at(-1)?.headers.range).toBe('bytes=1000-');
  expect(await readdir(join(dir, 'sub'))).toEqual(['file']);
});

test('a wrong part left by an earlier attempt is thrown away', async () => {
  answer = serve;
  const spec = { url, hostFile, sha256, maxBytes: 1e6 };
  await downloader().download({ ...spec, hostFile: join(dir, 'sub/other') });
  await writeFile(`${hostFile}.part`, 'wrong bytes');
  expect(await downloader().download(spec)).toBe(true);
  expect(content.equals(await readFile(hostFile))).toBe(true);
});

test('a part longer than the file is thrown away', async () => {
  answer = (request, response) =>
    request.headers.range ? response.writeHead(416).end() : serve(request, response);
  const spec = { url, hostFile, sha256, maxBytes: 1e6 };
  await downloader().download({ ...spec, hostFile: join(dir, 'sub/other') });
  await writeFile(`${hostFile}.part`, Buffer.concat([content, content]));
  expect(await downloader().download(spec)).toBe(true);
});

test('redirects are followed, five at most', async () => {
  answer = (request, response) => {
    if (request.url === '/a/file') response.writeHead(302, { location: '../real' }).end();
    else if (request.url === '/real') serve(request, response);
    else response.writeHead(302, { location: `/loop${requests.length}` }).end();
  };
  expect(await downloader().download({ url, hostFile, sha256, maxBytes: 1e6 })).toBe(true);
  requests.length = 0;
  await expect(
    downloader().download({ url: new URL('/loop', url).href, hostFile, maxBytes: 1e6 }),
  ).rejects.toMatchObject({ message: expect.stringContaining('more than 5 redirects') as string });
  expect(requests).toHaveLength(6);
});

test('a redirect to a file of this machine is refused', async () => {
  answer = (_, response) => response.writeHead(302, { location: 'file:///etc/passwd' }).end();
  await expect(downloader().download({ url, hostFile, maxBytes: 1e6 })).rejects.toMatchObject({
    message: expect.stringContaining('it redirects from http: to file:') as string,
  });
});

test('a password is sent to its own server and shown to nobody', async () => {
  answer = (request, response) =>
    request.url === '/a/file'
      ? response.writeHead(302, { location: `http://localhost:${new URL(url).port}/gone?token=hidden` }).end()
      : response.writeHead(500).end();
  const secret = url.replace('127', 'me:s3cret@127');
  const error: unknown = await downloader()
    .download({ url: secret, hostFile, maxBytes: 1e6 })
    .catch((thrown: unknown) => thrown);
  expect(requests[0]?.headers.authorization).toBe(`Basic ${btoa('me:s3cret')}`);
  expect(requests[1]?.headers.authorization).toBeUndefined();
  expect(String(error)).toContain(url);
  expect(String(error)).not.toMatch(/s3cret|hidden/);
});

test('an http proxy gets the request, with its own password, except for hosts of no_proxy', async () => {
  answer = serve;
  const port = new URL(url).port;
  const proxies = { httpProxy: `http://u:p@127.0.0.1:${port}`, httpsProxy: undefined, noProxy: '127.0.0.1' };
  const spec = { hostFile, sha256, maxBytes: 1e6 };
  await downloader({ proxies }).download({ ...spec, url: 'http://archive.invalid/x' });
  expect(requests[0]?.url).toBe('http://archive.invalid/x');
  expect(requests[0]?.headers['proxy-authorization']).toBe(`Basic ${btoa('u:p')}`);
  await downloader({ proxies }).download({ ...spec, url });
  expect(requests[1]?.url).toBe('/a/file');
});

test('proxies of the environment are not used', async () => {
  answer = serve;
  process.env['http_proxy'] = 'http://127.0.0.1:1';
  const done = await downloader().download({ url, hostFile, sha256, maxBytes: 1e6 });
  delete process.env['http_proxy'];
  expect(done).toBe(true);
});

test('file: addresses are copied and checked', async () => {
  const source = join(dir, 'ä source');
  await writeFile(source, content);
  const spec = { url: pathToFileURL(source).href, hostFile, maxBytes: 1e6 };
  expect(await downloader().download({ ...spec, sha256 })).toBe(true);
  expect(content.equals(await readFile(hostFile))).toBe(true);
  expect(await downloader().download({ ...spec, url: `${spec.url}-none` })).toBe(false);
  await expect(downloader().download({ ...spec, sha256: '0'.repeat(64) })).rejects.toMatchObject({
    code: 'CHECKSUM_MISMATCH',
  });
});

test('a certificate file that cannot be read is a fault of the configuration', async () => {
  await expect(
    downloader({ caFile: join(dir, 'none.pem') }).download({ url, hostFile, maxBytes: 1e6 }),
  ).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
});
