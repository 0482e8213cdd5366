import { setTimeout as delay } from 'node:timers/promises';
import { beforeAll, expect, it } from 'vitest';
import { kubler, startKubler } from '../support/kubler.ts';
import { requires } from '../support/requires.ts';
import { wholeImages } from '../support/shipped-images.ts';

interface Built {
  readonly image: string;
  readonly outcome: string;
  readonly sizeBytes: number;
  readonly layers: number;
}

/** The largest each shipped image may be, in bytes of its uncompressed layers. */
const limits: Readonly<Record<(typeof wholeImages)[number], number>> = {
  'base/debian': 80e6,
  'base/glibc': 5e6,
  'debug/toolbox': 45e6,
  'demo/curl': 25e6,
  'demo/hello': 740e3,
  'lang/python': 40e6,
  'web/apache2': 80e6,
};

requires(
  'root',
  'runc',
  'debootstrap',
)('shipped images', () => {
  let built: readonly Built[] = [];
  beforeAll(async () => {
    const { exitCode, stdout, stderr } = await kubler(['build', ...wholeImages, '--json']);
    expect(exitCode, stderr).toBe(0);
    built = JSON.parse(stdout) as Built[];
  });

  it('stay below their size limits', () => {
    const sizes = Object.fromEntries(built.map(({ image, sizeBytes }) => [image, sizeBytes]));
    expect(Object.keys(sizes).sort()).toEqual(wholeImages);
    for (const [image, limit] of Object.entries(limits))
      expect(sizes[image], image).toBeLessThanOrEqual(limit);
  });

  it('are skipped when nothing changed', async () => {
    const { stdout } = await kubler(['build', ...wholeImages, '--json']);
    const again = JSON.parse(stdout) as (Built & { reason: string })[];
    expect(again.map(({ outcome, reason }) => `${outcome}: ${reason}`)).toEqual(
      again.map(() => 'skipped: unchanged'),
    );
  });

  it('run: hello', async () => {
    expect((await kubler(['run', 'demo/hello'])).stdout).toBe('Hello from an image with one file.');
  });

  it('run: curl, as an unprivileged user', async () => {
    const { stdout, exitCode } = await kubler(['run', 'demo/curl', '--', '--version']);
    expect(stdout).toMatch(/^curl 7\..*OpenSSL/);
    expect(exitCode).toBe(0);
  });

  it('run: python with ssl, sqlite3 and json', async () => {
    const program =
      'import ssl, sqlite3, json; print(json.dumps(sqlite3.connect(":memory:").execute("select 6*7").fetchone()))';
    const { stdout, stderr } = await kubler(['run', 'lang/python', '--', 'python3', '-c', program]);
    expect(stdout, stderr).toBe('[42]');
  });

  it('run: bash and dpkg in the base image', async () => {
    const { stdout } = await kubler([
      'run',
      'base/debian',
      '--',
      'bash',
      '-c',
      'dpkg-query -W bash | cut -f1; id -un',
    ]);
    expect(stdout).toBe('bash\nroot');
  });

  it('run: apache2 serves a page as www-data and ends on its stop signal', async () => {
    const server = startKubler(['run', 'web/apache2']);
    try {
      const page = await fetchPage('http://127.0.0.1:8080/');
      expect(page).toContain('Served by Apache from a minimal image');
    } finally {
      server.kill('SIGTERM');
    }
    expect((await server).exitCode).toBe(0);
  });
});

/** Polls for at most 20 seconds. A connection kept open would hold up a graceful stop. */
async function fetchPage(url: string): Promise<string> {
  for (let attempt = 0; attempt < 100; attempt++) {
    try {
      return await (await globalThis.fetch(url, { headers: { connection: 'close' } })).text();
    } catch {
      await delay(200);
    }
  }
  throw new Error(`${url} did not answer`);
}
