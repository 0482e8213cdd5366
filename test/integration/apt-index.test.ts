import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../src/adapters/system/clock.ts';
import { createDownloader } from '../../src/adapters/system/downloader.ts';
import { createProcessRunner } from '../../src/adapters/system/process-runner.ts';
import { openTempDir } from '../../src/adapters/system/temp-dir.ts';
import type { AptSource } from '../../src/model/project.ts';
import { fetchPackages } from '../../src/stages/builder/package-managers/apt/fetch-packages.ts';
import { findIndex, freezeIndex } from '../../src/stages/builder/package-managers/apt/freeze-index.ts';
import type { FrozenIndex } from '../../src/stages/builder/package-managers/apt/frozen-index.ts';
import { readPackageVersions } from '../../src/stages/builder/package-managers/apt/package-lists.ts';
import { prepareMirror } from '../../src/stages/builder/package-managers/apt/prepare-mirror.ts';
import { parsePrintUris } from '../../src/stages/builder/package-managers/apt/print-uris.ts';
import { compareVersions } from '../../src/stages/builder/package-managers/compare-indexes.ts';
import { listBootstrapPackages } from '../../src/stages/builder/package-managers/apt/bootstrap-packages.ts';
import { readHostSources } from '../../src/stages/builder/package-managers/apt/host-sources.ts';
import { closeMinbase } from '../../src/stages/builder/package-managers/apt/minbase-closure.ts';
import {
  architecture,
  debContent,
  makeSigningKey,
  sign,
  writeSuite,
  type SigningKey,
  type SuiteSpec,
} from '../support/apt-archive.ts';
import { requires } from '../support/requires.ts';
import { useTempDir } from '../support/use-temp-dir.ts';

const signal = new AbortController().signal;
const noProxies = { httpProxy: undefined, httpsProxy: undefined, noProxy: undefined };
const runner = createProcessRunner({ signal });
const downloader = createDownloader({ proxies: noProxies, caFile: undefined, signal, retryDelayMs: 1 });

const hello = { name: 'hello', version: '1.0', depends: 'libhello' };
const libhello = { name: 'libhello', version: '2:1.0~rc1+b1' };
const day = (number: number): Date => new Date(Date.UTC(2026, 0, number));

requires(
  'gpg',
  'gpgv',
  'xz',
)('a frozen index', () => {
  const dir = useTempDir();
  let key: SigningKey;
  let number = 0;
  let mirror: string;
  let dataDir: string;
  let warnings: string[];

  beforeAll(() => {
    key = makeSigningKey(dir, 'archive');
  });
  beforeEach(() => {
    mirror = join(dir, `mirror-${++number}`);
    dataDir = join(dir, `data-${number}`);
    warnings = [];
    writeSuite(mirror, key, { suite: 'bookworm', packages: [hello, libhello], date: day(1) });
    writeSuite(mirror, key, { suite: 'bookworm-updates', packages: [], date: day(2) });
    writeSuite(mirror, key, { suite: 'bookworm-security', packages: [], date: day(3) });
  });

  interface Overrides {
    readonly mirror?: string;
    readonly keyring?: string;
    readonly refresh?: boolean;
    readonly sources?: readonly AptSource[];
    readonly checkValidUntil?: boolean;
  }

  const options = (overrides: Overrides = {}) => {
    const uri = overrides.mirror ?? pathToFileURL(mirror).href;
    const apt = {
      mirror: uri,
      securityMirror: uri,
      keyring: overrides.keyring ?? key.keyring,
      components: ['main'],
      sources: overrides.sources ?? [],
      checkValidUntil: overrides.checkValidUntil ?? true,
    };
    return {
      settings: { apt },
      suite: 'bookworm',
      dataDir,
      runner,
      downloader,
      clock: systemClock,
      refresh: overrides.refresh ?? false,
      openTempDir: () => openTempDir(dataDir),
      progress: (event: { kind: string; text?: string }) => {
        if (event.kind === 'warning') warnings.push(event.text ?? '');
      },
    };
  };
  const freeze = (overrides?: Overrides): Promise<FrozenIndex> => freezeIndex(options(overrides));
  const change = (spec: Partial<SuiteSpec>): void =>
    writeSuite(mirror, key, { suite: 'bookworm', packages: [hello, libhello], date: day(1), ...spec });
  const edit = (name: string, change: (text: string) => string | Buffer): void => {
    const file = join(mirror, 'dists', name);
    writeFileSync(file, change(readFileSync(file, 'latin1')), 'latin1');
  };

  /** Freezing fails with that code, and nothing stays behind. */
  const expectRefusal = async (code: string, overrides?: Overrides): Promise<Error> => {
    const error = await freeze(overrides).then(
      () => expect.unreachable('it was accepted'),
      (thrown: unknown) => thrown as Error,
    );
    expect(error).toMatchObject({ code });
    expect(readdirSync(join(dataDir, 'tmp'))).toEqual([]);
    expect(existsSync(join(dataDir, 'indexes'))).toBe(false);
    return error;
  };

  test('is made once, then used without the mirror', async () => {
    expect(await findIndex(options())).toBeUndefined();
    const index = await freeze();
    expect(index.epoch * 1000).toBe(day(3).getTime());
    rmSync(mirror, { recursive: true });
    expect(await freeze()).toEqual(index);
    expect(await findIndex(options())).toEqual(index);
    expect(readdirSync(join(dataDir, 'tmp'))).toEqual([]);
    expect(warnings).toEqual([]);
  });

  test('does not name the mirror, and two mirrors of one state give the same', async () => {
    const index = await freeze();
    const before = execFileSync('grep', ['-rc', '.', index.dir], { encoding: 'utf8' });
    expect(
      execFileSync('sh', ['-c', `grep -rl "${mirror}" "${index.dir}" || true`], { encoding: 'utf8' }),
    ).toBe('');
    const copy = `${mirror}-copy`;
    cpSync(mirror, copy, { recursive: true });
    const other = await freeze({ mirror: pathToFileURL(copy).href });
    expect(other.digest).toBe(index.digest);
    expect(other.uris[0]).toBe(pathToFileURL(copy).href);
    expect(execFileSync('grep', ['-rc', '.', index.dir], { encoding: 'utf8' })).toBe(before);
  });

  test('is what apt resolves against, and its packages are fetched and checked', async () => {
    const index = await freeze();
    const packages = parsePrintUris(await askApt(index, join(dir, `apt-${number}`), 'hello'));
    expect(packages.map(({ name, version }) => `${name} ${version}`)).toEqual([
      'libhello 2:1.0~rc1+b1',
      'hello 1.0',
    ]);
    const found = await fetchPackages(packages, { downloader, dataDir, index });
    expect(readFileSync(found.get(`hello_1.0_${architecture}.deb`) ?? '', 'utf8')).toBe(debContent(hello));
  });

  test('is refreshed when packages change, and the change is told', async () => {
    const before = await freeze();
    change({
      packages: [
        { ...hello, version: '1.1' },
        { name: 'new', version: '1' },
      ],
      date: day(4),
    });
    expect(await freeze()).toEqual(before);
    const after = await freeze({ refresh: true });
    expect(after.digest).not.toBe(before.digest);
    expect(compareVersions(await readPackageVersions(before), await readPackageVersions(after))).toEqual({
      added: ['new'],
      removed: ['libhello'],
      changed: [{ name: 'hello', old: '1.0', new: '1.1' }],
    });
    expect(await freeze()).toEqual(after);
  });

  test('stays when the same packages are signed anew', async () => {
    const before = await freeze();
    change({ date: day(9) });
    expect(await freeze({ refresh: true })).toEqual(before);
  });

  test('does not go back to an older state', async () => {
    change({ date: day(9) });
    const before = await freeze();
    change({ packages: [{ ...hello, version: '0.9' }] });
    expect(await freeze({ refresh: true })).toEqual(before);
    expect(warnings).toEqual([
      "the mirror's state of 2026-01-03 is older than the one in use, of 2026-01-09",
    ]);
  });

  test('refuses a release file that was tampered with', async () => {
    edit('bookworm/InRelease', (text) => text.replace('Origin: Test', 'Origin: Evil'));
    const error = await expectRefusal('SIGNATURE_INVALID');
    expect(error.message).toBe('cannot trust InRelease of "bookworm": its signature is bad');
  });

  test('refuses a signature by a key it was not told of', async () => {
    const stranger = makeSigningKey(dir, 'stranger');
    const error = await expectRefusal('SIGNATURE_INVALID', { keyring: stranger.keyring });
    expect(error.message).toContain('no key of the keyring signed it');
  });

  test('refuses a release file without a signature', async () => {
    edit('bookworm/InRelease', (text) => text.replace(/-----BEGIN PGP SIGNATURE[^]*/, ''));
    await expectRefusal('SIGNATURE_INVALID');
  });

  test('reads nothing that stands around the signed text', async () => {
    const before = await freeze();
    edit('bookworm/InRelease', (text) => `Date: Fri, 31 Dec 2027 00:00:00 UTC\n\n${text}\nSHA256:\n`);
    dataDir = `${dataDir}-2`;
    expect((await freeze()).digest).toBe(before.digest);
  });

  test('refuses the signed release file of another suite', async () => {
    cpSync(join(mirror, 'dists/bookworm-updates'), join(mirror, 'dists/bookworm'), { recursive: true });
    const error = await expectRefusal('SIGNATURE_INVALID');
    expect(error.message).toContain('it describes "bookworm-updates"');
  });

  test('refuses a package list that is not the signed one', async () => {
    edit(`bookworm/main/binary-${architecture}/Packages.xz`, (text) => `${text}x`);
    await expectRefusal('CHECKSUM_MISMATCH');
  });

  test('refuses a compressed list that unpacks to something else', async () => {
    const file = join(mirror, 'dists/bookworm/Release');
    change({ detached: true });
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, text.replace(/^ [0-9a-f]{64}( \d+ \S+Packages)$/m, ` ${'0'.repeat(64)}$1`));
    sign(key, file, true);
    await expectRefusal('CHECKSUM_MISMATCH');
  });

  test('refuses a package that is not the one in the list', async () => {
    const index = await freeze();
    const packages = parsePrintUris(await askApt(index, join(dir, `apt-${number}`), 'libhello'));
    writeFileSync(
      join(mirror, `pool/main/libhello_2:1.0~rc1+b1_${architecture}.deb`),
      'deb of libhello 2:1.0~rc1+b2\n',
    );
    await expect(fetchPackages(packages, { downloader, dataDir, index })).rejects.toMatchObject({
      code: 'CHECKSUM_MISMATCH',
    });
    rmSync(join(mirror, 'pool'), { recursive: true });
    await expect(fetchPackages(packages, { downloader, dataDir, index })).rejects.toMatchObject({
      code: 'PACKAGE_GONE',
    });
    expect(readdirSync(join(dataDir, 'downloads'))).toEqual([]);
  });

  test('takes the older pair of release file and signature, gzip, and armored keys', async () => {
    const modern = await freeze();
    change({ detached: true, compression: 'gz' });
    dataDir = `${dataDir}-2`;
    const index = await freeze({ keyring: key.armored });
    expect(index.digest).toBe(modern.digest);
    expect(readdirSync(join(index.aptDir, 'lists'))).toContain('kubler.invalid_0_dists_bookworm_Release.gpg');
  });

  test('can do without updates, but not without the security archive it was told of', async () => {
    rmSync(join(mirror, 'dists/bookworm-updates'), { recursive: true });
    const index = await freeze();
    expect(warnings).toEqual(['the mirror has no bookworm-updates']);
    expect(readFileSync(join(index.aptDir, 'sources.list'), 'utf8')).toBe(
      'deb http://kubler.invalid/0 bookworm main\ndeb http://kubler.invalid/2 bookworm-security main\n',
    );
    dataDir = `${dataDir}-2`;
    rmSync(join(mirror, 'dists/bookworm-security'), { recursive: true });
    await expectRefusal('DOWNLOAD_FAILED');
  });

  test('refuses a state that has expired, unless that is waived', async () => {
    change({ validUntil: day(2) });
    const error = await expectRefusal('SIGNATURE_INVALID');
    expect(error.message).toBe('cannot trust the release file of "bookworm": it expired on 2026-01-02');
    expect(error).toMatchObject({ hint: expect.stringContaining('apt.check_valid_until') as string });
    await freeze({ checkValidUntil: false });
    expect(warnings).toEqual(['the release file of bookworm is used although it expired on 2026-01-02']);
  });

  test('is used as long as one likes, only a new one must not have expired', async () => {
    const index = await freeze();
    change({ validUntil: day(2) });
    expect(await freeze()).toEqual(index);
    await expect(freeze({ refresh: true })).rejects.toMatchObject({ code: 'SIGNATURE_INVALID' });
    expect(await freeze()).toEqual(index);
  });

  test('an unknown component is named', async () => {
    const settings = options().settings;
    const wrong = { ...options(), settings: { apt: { ...settings.apt, components: ['mian'] } } };
    await expect(freezeIndex(wrong)).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: `cannot use component "mian" of "bookworm": it has no packages for ${architecture}`,
    });
  });

  test('an extra source has its own key', async () => {
    const vendor = makeSigningKey(dir, 'vendor');
    const extra = join(dir, `extra-${number}`);
    writeSuite(extra, vendor, { suite: 'any', packages: [{ name: 'tool', version: '3' }], date: day(1) });
    const source = { uri: pathToFileURL(extra).href, suite: 'any', components: ['main'] };
    await expectRefusal('SIGNATURE_INVALID', { sources: [{ ...source, keyFile: key.keyring }] });
    const index = await freeze({ sources: [{ ...source, keyFile: vendor.armored }] });
    const packages = parsePrintUris(await askApt(index, join(dir, `apt-${number}`), 'tool'));
    const found = await fetchPackages(packages, { downloader, dataDir, index });
    expect([...found.keys()]).toEqual([`tool_3_${architecture}.deb`]);
  });

  test('is fetched through the proxy, by whose address it is not known', async () => {
    const asked: string[] = [];
    const proxy = createServer((request, response) => {
      const { host, pathname } = new URL(request.url ?? '');
      asked.push(host);
      const file = join(mirror, decodeURIComponent(pathname));
      if (existsSync(file)) response.end(readFileSync(file));
      else response.writeHead(404).end();
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    const httpProxy = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    const direct = await freeze();
    const proxied = createDownloader({ proxies: { ...noProxies, httpProxy }, caFile: undefined, signal });
    const through = await freezeIndex({
      ...options({ mirror: 'http://archive.invalid' }),
      downloader: proxied,
    });
    proxy.closeAllConnections();
    proxy.close();
    expect(new Set(asked)).toEqual(new Set(['archive.invalid']));
    expect(through.digest).toBe(direct.digest);
  });
});

const aptConfig = join(import.meta.dirname, '../../src/stages/builder/container/apt/apt.conf');

/** What the host's apt would install from an index on an empty system. */
async function askApt(index: FrozenIndex, dir: string, ...names: string[]): Promise<string> {
  mkdirSync(join(dir, 'state'), { recursive: true });
  const config = readFileSync(aptConfig, 'utf8').replaceAll('/.kubler-apt', index.aptDir);
  const archives = join(dir, 'archives');
  mkdirSync(join(archives, 'partial'), { recursive: true });
  writeFileSync(join(dir, 'status'), '');
  const own = `Dir::State::status "${dir}/status";\nDir::State "${dir}/state";\nAPT::Architecture "${architecture}";\n`;
  writeFileSync(join(dir, 'apt.conf'), config.replaceAll('/.kubler-archives', archives) + own);
  const { stdout, stderr, exitCode } = await runner.run({
    argv: ['apt-get', 'install', '--yes', '-q', '--print-uris', ...names],
    env: { APT_CONFIG: join(dir, 'apt.conf') },
  });
  expect(stderr).toBe('');
  expect(exitCode).toBe(0);
  return stdout;
}

/** True when the mirror that this host's own apt uses can be reached. */
async function isOnline(): Promise<boolean> {
  const [source] = (await readHostSources()).filter(({ uri }) => uri.startsWith('http'));
  const dir = useTempDir();
  const url = `${source?.uri.replace(/\/$/, '') ?? ''}/dists/${source?.suite ?? ''}/InRelease`;
  const found = source && downloader.download({ url, hostFile: join(dir, 'probe'), maxBytes: 1e7 });
  const online = (await Promise.resolve(found).catch(() => false)) ?? false;
  if (!online) process.stderr.write('SKIPPED: the mirror of this host cannot be reached\n');
  return online;
}

const online = await isOnline();
describe.skipIf(!online)('the archive', () => {
  requires(
    'root',
    'debootstrap',
    'gpgv',
    'xz',
    'unshare',
  )('as this host knows it', () => {
    const dir = useTempDir();

    test('is frozen, and a base can then be fetched from it without a network', async () => {
      const dataDir = join(dir, 'data');
      const none = { mirror: undefined, securityMirror: undefined, keyring: undefined };
      const index = await freezeIndex({
        settings: { apt: { ...none, components: ['main'], sources: [], checkValidUntil: true } },
        suite: 'bookworm',
        dataDir,
        runner,
        downloader,
        clock: systemClock,
        refresh: false,
        openTempDir: () => openTempDir(dataDir),
        progress: () => undefined,
      });
      await using temp = await openTempDir(dataDir);
      const common = { index, runner, downloader, dataDir, tempDir: temp.path, progress: () => undefined };
      const base = await prepareMirror({ ...common, kind: 'debootstrap', forContainer: false, task: 'base' });
      const asked = await listBootstrapPackages({ ...common, ...base, kind: 'debootstrap' });
      expect(await closeMinbase(index)).toEqual(asked.sort());
      const { exitCode, stdout } = await runner.run({
        argv: [
          ...(['unshare', '--net', 'debootstrap', '--download-only', '--variant=minbase'] as const),
          ...[`--keyring=${base.keyring}`, 'bookworm', join(dir, 'root'), pathToFileURL(base.mirrorDir).href],
        ],
      });
      expect(stdout).toContain('Valid Release signature');
      expect(exitCode).toBe(0);
      const archives = readdirSync(join(dir, 'root/var/cache/apt/archives')).filter((name) =>
        name.endsWith('.deb'),
      );
      const offered = readdirSync(join(base.mirrorDir, 'pool'), { recursive: true, encoding: 'utf8' });
      expect(archives).toHaveLength(offered.filter((name) => name.endsWith('.deb')).length);
      expect(archives.length).toBeGreaterThan(50);
    });
  });
});
