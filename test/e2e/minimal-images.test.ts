import { once } from 'node:events';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { createSecureServer, type Http2SecureServer } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { unpackImage } from '../support/exported-image.ts';
import { freePort } from '../support/free-port.ts';
import { kubler, repositoryDir, startKubler } from '../support/kubler.ts';
import { makeCertificates, type Certificates } from '../support/make-certificates.ts';
import { missingLibraries } from '../support/missing-libraries.ts';
import { requires } from '../support/requires.ts';
import { minimalImages } from '../support/shipped-images.ts';
import { useTempDir } from '../support/use-temp-dir.ts';
import { writeTree } from '../support/write-tree.ts';

type Service = ReturnType<typeof startKubler>;

interface Built {
  readonly image: string;
  readonly sizeBytes: number;
}

/** The largest each may be, in bytes of its uncompressed layers. */
const limits: Readonly<Record<(typeof minimalImages)[number], number>> = {
  'data/postgres-min': 85e6,
  'data/redis-min': 12e6,
  'demo/curl-min': 20e6,
  'lang/python-min': 36e6,
  'web/apache2-min': 8e6,
  'web/nginx-min': 12e6,
};

/** Images that were cut to what they reach, in real use: what clients, signals and restarts find. */
requires(
  'root',
  'runc',
  'debootstrap',
  'slirp4netns',
  'openssl',
  'readelf',
  'tar',
)('images cut to what they reach', () => {
  const dir = useTempDir();
  let sizes: Readonly<Record<string, number>> = {};
  beforeAll(async () => {
    const built = JSON.parse(await succeed(['build', ...minimalImages, '--json'])) as Built[];
    sizes = Object.fromEntries(built.map(({ image, sizeBytes }) => [image, sizeBytes]));
  });

  it.each(minimalImages)('%s is small, and has all that it is linked against', async (image) => {
    expect(sizes[image]).toBeLessThanOrEqual(limits[image]);
    expect(missingLibraries(await unpackImage(dir, image, repositoryDir))).toEqual([]);
  });

  /** A folder that everyone, or this user, may write to. */
  const writableDir = (owner = 0): string => {
    const path = mkdtempSync(join(dir, 'volume-'));
    chmodSync(path, owner === 0 ? 0o1777 : 0o700);
    chownSync(path, owner, owner);
    return path;
  };

  describe.each([
    {
      image: 'web/apache2-min',
      reload: 'SIGUSR1' as const,
      path: '/etc/apache2/sites-enabled/000-default.conf',
      site: (to: string) =>
        `<VirtualHost *:8080>\nDocumentRoot /var/www/html\nRedirect /old /${to}\nErrorLog /dev/stderr\nCustomLog /dev/stdout combined\n</VirtualHost>\n`,
    },
    {
      image: 'web/nginx-min',
      reload: 'SIGHUP' as const,
      path: '/etc/nginx/sites-enabled/default',
      site: (to: string) =>
        `server {\nlisten 8080;\nroot /var/www/html;\nlocation = /old { return 302 /${to}; }\n}\n`,
    },
  ])('$image', ({ image, reload, path, site }) => {
    it('serves pages and redirects as an unprivileged user, logs, reloads, and stops when it is told to', async () => {
      const port = await freePort();
      const folder = join(dir, image);
      writeTree(folder, { site: site('new'), 'html/index.html': 'my own page' });
      const volumes = [
        `${folder}/site:${path}:ro`,
        `${folder}/html:/var/www/html:ro`,
        `${writableDir()}:/tmp`,
      ];
      const options = ['--read-only', '-p', `${port}:8080`, ...volumes.flatMap((volume) => ['-v', volume])];
      const server = startKubler(['run', ...options, image]);
      const url = `http://127.0.0.1:${port}`;
      try {
        expect((await eventually(() => get(`${url}/`))).body).toBe('my own page');
        expect((await get(`${url}/old`)).location).toMatch(/\/new$/);
        expect((await get(`${url}/nothing-here`)).status).toBe(404);
        writeFileSync(join(folder, 'site'), site('newer'));
        server.kill(reload);
        await eventually(async () => {
          expect((await get(`${url}/old`)).location).toMatch(/\/newer$/);
        });
      } finally {
        server.kill('SIGTERM');
      }
      const { exitCode, stdout, stderr } = await server;
      expect(exitCode, stderr).toBe(0);
      expect(stdout).toContain('"GET /nothing-here HTTP/1.1" 404');
    });
  });

  describe('https', () => {
    let server: Http2SecureServer;
    let certificates: Certificates;
    let url = '';
    beforeAll(async () => {
      const folder = join(dir, 'certificates');
      mkdirSync(folder);
      certificates = makeCertificates(folder);
      server = serveCompressed(certificates);
      await once(server, 'listening');
      url = `https://localhost:${(server.address() as AddressInfo).port}/`;
    });
    afterAll(() => server.close());
    const trusted = (): string[] => ['-v', `${certificates.caFile}:/ca.pem:ro`];

    it.each(['br', 'gzip'])(
      'demo/curl-min trusts the authority it is told to, and decodes %s',
      async (encoding) => {
        const asked = [
          '--silent',
          '--show-error',
          '--compressed',
          '--header',
          `Accept-Encoding: ${encoding}`,
        ];
        const curl = (...args: string[]) =>
          kubler(['run', '--read-only', ...trusted(), 'demo/curl-min', '--', ...asked, ...args, url]);
        const { stdout, stderr } = await curl('--cacert', '/ca.pem', '--write-out', ' over %{http_version}');
        expect(stdout, stderr).toBe(`encoded as ${encoding} over 2`);
        expect(await curl()).toMatchObject({ exitCode: 60, stdout: '' });
      },
    );

    it('lang/python-min trusts the authority it is told to', async () => {
      const program = `import urllib.request as r; print(r.urlopen("${url}").read().decode())`;
      const python = (...options: string[]) =>
        kubler(['run', '--read-only', ...options, 'lang/python-min', '--', 'python3', '-c', program]);
      const { stdout, stderr } = await python(...trusted(), '-e', 'SSL_CERT_FILE=/ca.pem');
      expect(stdout, stderr).toBe('encoded as nothing');
      expect((await python()).stderr).toContain('CERTIFICATE_VERIFY_FAILED');
    });
  });

  it('data/redis-min keeps what was set when it is started again', async () => {
    const data = writableDir(999);
    const port = String(await freePort());
    const start = () =>
      startKubler(['run', '--read-only', '-p', `${port}:6379`, '-v', `${data}:/data`, 'data/redis-min']);
    const ask = async (...lines: string[]) =>
      (await succeed(['run', 'data/redis-min', '--', 'redis-cli', '-e', '-p', port], lines.join('\n'))).split(
        '\n',
      );
    await withService(start(), async (service) => {
      await says(service, 'Ready to accept connections');
      const answers = await ask('SET greeting hello', 'GET greeting', 'SAVE', 'SET later also');
      expect(answers).toEqual(['OK', 'hello', 'OK', 'OK']);
    });
    await withService(start(), async (service) => {
      await says(service, 'Ready to accept connections');
      expect(await ask('MGET greeting later')).toEqual(['hello', 'also']);
    });
  });

  it('data/postgres-min keeps its tables when it is started again, dumps them, and asks for the password', async () => {
    const data = writableDir(999);
    const port = String(await freePort());
    const volumes = ['-v', `${data}:/data`, '-v', `${writableDir()}:/tmp`];
    const start = (...options: string[]) =>
      startKubler(['run', '--read-only', '-p', `${port}:5432`, ...volumes, ...options, 'data/postgres-min']);
    const client = (program: string, password: string, ...args: string[]) => {
      const variables = ['PGHOST=127.0.0.1', `PGPORT=${port}`, `PGPASSWORD=${password}`];
      const options = ['--entrypoint', program, ...variables.flatMap((variable) => ['-e', variable])];
      return ['run', ...options, 'data/postgres-min', '--', '--no-password', ...args];
    };
    const sql = (text: string) =>
      succeed(client('psql', 'secret', '--quiet', '--tuples-only', '--command', text));
    await withService(start('-e', 'POSTGRES_PASSWORD=secret'), async () => {
      await eventually(() =>
        sql('CREATE TABLE towns AS SELECT n, md5(n::text) FROM generate_series(1, 1000) n'),
      );
      const refused = await kubler(client('psql', 'wrong', '--command', 'SELECT 1'));
      expect(refused.stderr).toContain('password authentication failed');
    });
    await withService(start(), async (service) => {
      await says(service, 'ready to accept connections');
      expect((await sql('SELECT count(*) FROM towns')).trim()).toBe('1000');
      expect(await succeed(client('pg_dump', 'secret', '--table', 'towns'))).toContain(
        '\n1000\ta9b7ba70783b617e9998dc4dd82eb3c5\n',
      );
    });
  });
});

/** Uses a service, and stops it with the signal its image names; it has to end well. */
async function withService(service: Service, use: (service: Service) => Promise<void>): Promise<void> {
  try {
    await use(service);
  } finally {
    service.kill('SIGTERM');
  }
  const { exitCode, stderr } = await service;
  expect(exitCode, stderr).toBe(0);
}

/** Waits until a service has printed this, or has ended. */
async function says(service: Service, words: string): Promise<void> {
  const printed = new Promise<void>((resolve) => {
    for (const stream of [service.stdout, service.stderr])
      stream.on('data', (chunk: Buffer) => chunk.includes(words) && resolve());
  });
  await Promise.race([printed, service]);
}

async function succeed(args: readonly string[], input = ''): Promise<string> {
  const { exitCode, stdout, stderr } = await kubler(args, { input });
  expect(exitCode, stderr).toBe(0);
  return stdout;
}

/** Asks again until the answer is right, at most 60 times. */
async function eventually<T>(ask: () => Promise<T>): Promise<T> {
  for (let attempt = 1; attempt < 60; attempt++) {
    try {
      return await ask();
    } catch {
      await delay(300);
    }
  }
  return ask();
}

async function get(url: string): Promise<{ status: number; body: string; location: string | null }> {
  // A connection kept open would hold up a graceful stop.
  const response = await globalThis.fetch(url, { headers: { connection: 'close' }, redirect: 'manual' });
  return { status: response.status, body: await response.text(), location: response.headers.get('location') };
}

/** Answers HTTP/2 and HTTP/1.1, encoded as the client asked first of all. */
function serveCompressed({ key, cert }: Certificates): Http2SecureServer {
  const encoders: Readonly<Record<string, (text: string) => Buffer>> = {
    br: brotliCompressSync,
    gzip: gzipSync,
  };
  const server = createSecureServer({ key, cert, allowHTTP1: true }, (request, response) => {
    const asked = request.headers['accept-encoding'] ?? '';
    const encode = encoders[asked];
    if (encode === undefined) return void response.end('encoded as nothing');
    response.setHeader('Content-Encoding', asked);
    response.end(encode(`encoded as ${asked}`));
  });
  return server.listen(0, '127.0.0.1');
}
