import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { createProcessRunner } from '../../../../src/adapters/system/process-runner.ts';
import { readSource } from '../../../../src/stages/source/index.ts';
import {
  dockerFiles,
  ociFiles,
  tarOfFiles,
  writeFiles,
  type BundleFiles,
} from '../../../support/make-oci.ts';
import { member, tarOf } from '../../../support/tar.ts';
import { useTempDir } from '../../../support/use-temp-dir.ts';

const dir = useTempDir();
const runner = createProcessRunner({ signal: new AbortController().signal });
const amd64 = { platform: 'linux/amd64', strict: false };

const newDir = (): string => mkdtempSync(join(dir, 'case-'));
const read = (path: string, wanted = amd64) => readSource(path, wanted, { runner, tempDir: newDir() });
const folder = (files: BundleFiles): string => writeFiles(newDir(), files);
function file(bytes: Buffer): string {
  const path = join(newDir(), 'archive');
  writeFileSync(path, bytes);
  return path;
}
const paths = async (work: ReturnType<typeof read>): Promise<readonly string[]> => [
  ...(await work).tree.keys(),
];
const directory = (path: string) => member({ path, type: 'directory', mode: 0o755 });
const link = (path: string, linkTarget: string) => member({ path, type: 'symlink', linkTarget });

const lower = [
  directory('a'),
  member({ path: 'a/x', text: 'x' }),
  member({ path: 'a/y' }),
  member({ path: 'gone' }),
];
const upper = [
  member({ path: '.wh.gone' }),
  directory('a'),
  member({ path: 'a/.wh..wh..opq' }),
  member({ path: 'a/z' }),
];
const config = { Entrypoint: ['/a/z'], Cmd: null, Env: [], User: '' };
const image = { layers: [lower, upper], config };

describe('an image from elsewhere', () => {
  it.each([
    ['OCI layout', async () => folder(await ociFiles(image))],
    ['OCI archive', async () => file(await tarOfFiles(await ociFiles(image)))],
    ['OCI archive', async () => file(gzipSync(await tarOfFiles(await ociFiles(image))))],
    ['docker-archive', async () => file(await tarOfFiles(await dockerFiles(image)))],
  ] as const)('is one tree, whiteouts applied: %s', async (kind, make) => {
    const source = await read(await make());
    expect(source).toMatchObject({ kind, platform: 'linux/amd64', config: { Entrypoint: ['/a/z'] } });
    expect(Object.keys(source.config)).toEqual(['Entrypoint']);
    expect([...source.tree.keys()]).toEqual(['a', 'a/z']);
  });

  it('may have layers of zstd or none', async () => {
    const zstd = (tar: Buffer) => execFileSync('zstd', ['-q'], { input: tar });
    for (const compress of [zstd, (tar: Buffer) => tar])
      expect(await paths(read(folder(await ociFiles({ ...image, compress }))))).toEqual(['a', 'a/z']);
  });

  it('puts files where a link of a lower layer leads, and makes the folders no layer has', async () => {
    const base = [
      directory('usr'),
      directory('usr/lib'),
      link('lib', 'usr/lib'),
      member({ path: 'usr/lib/old' }),
    ];
    const top = [member({ path: 'lib/deep/new' }), member({ path: 'lib/.wh.old' })];
    const { tree } = await read(folder(await ociFiles({ layers: [base, top] })));
    expect([...tree.keys()]).toEqual(['lib', 'usr', 'usr/lib', 'usr/lib/deep', 'usr/lib/deep/new']);
    expect(tree.get('usr/lib/deep')).toMatchObject({ type: 'directory', mode: 0o755 });
  });

  it('is the one for the platform, of several', async () => {
    const layers = [[member({ path: 'arm' })]];
    const several = folder(await ociFiles(image, { layers, architecture: 'arm64' }));
    expect(await paths(read(several))).toEqual(['a', 'a/z']);
    expect(await paths(read(several, { platform: 'linux/arm64', strict: true }))).toEqual(['arm']);
    await expect(read(several, { platform: 'linux/s390x', strict: true })).rejects.toMatchObject({
      code: 'ROOTFS_INVALID',
      hint: '--platform says which: linux/amd64, linux/arm64',
    });
  });

  it('is refused where only another platform is asked for', async () => {
    const wanted = { platform: 'linux/arm64', strict: true };
    for (const path of [folder(await ociFiles(image)), file(await tarOfFiles(await dockerFiles(image)))])
      await expect(read(path, wanted)).rejects.toMatchObject({ code: 'ROOTFS_INVALID' });
  });

  it('is a root filesystem when the tar is none of an image, whatever its files are called', async () => {
    const tar = await tarOf(
      member({ path: 'bin/sh' }),
      member({ path: 'manifest.json', text: '[{"a": 1}]' }),
    );
    expect(await read(file(tar))).toMatchObject({ kind: 'root filesystem', config: {} });
    expect(await paths(read(file(gzipSync(tar))))).toEqual(['bin', 'bin/sh', 'manifest.json']);
  });
});

const change = (files: BundleFiles, name: RegExp, bytes: Buffer): BundleFiles =>
  new Map([...files].map(([each, old]) => [each, name.test(each) ? bytes : old]));

describe('what is no image', () => {
  it.each<[string, () => Promise<string>, string]>([
    [
      'an empty file',
      async () => Promise.resolve(file(Buffer.alloc(0))),
      'neither an image nor a tar archive',
    ],
    [
      'a text',
      async () => Promise.resolve(file(Buffer.from('x'.repeat(2000)))),
      'neither an image nor a tar archive',
    ],
    ['a folder', async () => Promise.resolve(newDir()), 'a folder without oci-layout'],
    [
      'no JSON',
      async () => folder(change(await ociFiles(image), /^index/, Buffer.from('{'))),
      'index.json is no JSON',
    ],
    [
      'an empty index',
      async () => folder(change(await ociFiles(image), /^index/, Buffer.from('{"manifests": []}'))),
      'names no image',
    ],
    [
      'a changed blob',
      async () => folder(change(await ociFiles(image), /^blobs/, Buffer.from('{}'))),
      'damaged',
    ],
    ['a wrong diffID', async () => folder(await ociFiles({ ...image, wrongDigests: true })), 'damaged'],
    [
      'a wrong diffID',
      async () => file(await tarOfFiles(await dockerFiles({ ...image, wrongDigests: true }))),
      'damaged',
    ],
    [
      'a missing layer',
      async () => {
        const files = await dockerFiles(image);
        files.delete('1/layer.tar');
        return file(await tarOfFiles(files));
      },
      'lacks "1/layer.tar"',
    ],
    [
      'a config of other types',
      async () => folder(await ociFiles({ ...image, config: { Env: 'x' } })),
      'Env in its config',
    ],
    ['a cut gzip', async () => file(gzipSync(await tarOf(...lower)).subarray(0, 60)), 'cannot read'],
  ])('%s is named', async (_, make, reason) => {
    await expect(read(await make())).rejects.toMatchObject({
      code: 'ROOTFS_INVALID',
      message: expect.stringContaining(reason) as unknown,
    });
  });

  it.each([
    ['escapes', member({ path: '../x' })],
    ['escapes', member({ path: 'a', type: 'hardlink', linkTarget: '/etc/passwd' })],
  ])('a layer that %s is refused', async (_, hostile) => {
    await expect(read(folder(await ociFiles({ layers: [[hostile]] })))).rejects.toMatchObject({
      code: 'ROOTFS_ESCAPE',
    });
  });

  it('a descriptor cannot name a file outside of the blobs', async () => {
    const digest = `sha256:../../${'a'.repeat(58)}`;
    const index = Buffer.from(JSON.stringify({ manifests: [{ mediaType: 'x', digest, size: 1 }] }));
    await expect(read(folder(change(await ociFiles(image), /^index/, index)))).rejects.toMatchObject({
      code: 'ROOTFS_INVALID',
      message: expect.stringContaining('no digest') as unknown,
    });
  });

  it('a fifo in place of a blob is not waited for', async () => {
    const path = newDir();
    mkdirSync(path, { recursive: true });
    execFileSync('mkfifo', [join(path, 'oci-layout'), join(path, 'index.json')]);
    await expect(read(path)).rejects.toMatchObject({ code: 'ROOTFS_INVALID' });
  });
});
