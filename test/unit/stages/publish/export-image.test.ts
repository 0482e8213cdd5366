import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { readTarStream } from '../../../../src/oci/tar-read.ts';
import type { ExportFormat } from '../../../../src/model/export-format.ts';
import { exportImage } from '../../../../src/stages/publish/index.ts';
import { makeImage, type LayerContent, type TestImage } from '../../../support/make-image.ts';
import { makeTree } from '../../../support/make-tree.ts';
import { chunks, collect, readAll } from '../../../support/tar.ts';
import { useTempDir } from '../../../support/use-temp-dir.ts';

const root = useTempDir();
const newDir = () => mkdtempSync(join(root, 'out-'));
const reference = 'web/app:1';

const base: LayerContent = {
  entries: makeTree({
    'bin/': {},
    'bin/app': { text: 'app', inode: 1 },
    'bin/app2': { text: 'app', inode: 1 },
    'etc/': {},
    'etc/old': { text: 'old' },
    'var/': {},
    'var/cache/': {},
    'var/cache/x': { text: 'x' },
    'var/lib/': {},
    'var/lib/y': { text: 'y' },
  }),
};
const child: LayerContent = {
  entries: makeTree({
    'bin/': {},
    'bin/app': { text: 'newer', mode: 0o755 },
    'etc/': { mode: 0o700 },
    'var/': {},
    'var/lib': { text: 'a file now' },
  }),
  whiteouts: ['etc/old', 'var/cache'],
};

const exportTo = (image: TestImage, format: ExportFormat, output: string, force = false) =>
  exportImage({ ...image, reference, format, output, force });

async function exported(image: TestImage, format: ExportFormat) {
  const stream = new PassThrough();
  const bytes = collect(stream);
  await exportImage({ ...image, reference, format, output: stream });
  stream.end();
  const members = await readAll(readTarStream(chunks(await bytes)));
  return { bytes: await bytes, members, byPath: new Map(members.map((member) => [member.path, member])) };
}

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

describe('exportImage', () => {
  it('writes a layout with one image, whose blobs have the digests they are called by', async () => {
    const image = await makeImage(root, [base, child]);
    const output = join(newDir(), 'layout');
    await exportTo(image, 'oci-layout', output);
    expect(readdirSync(output).sort()).toEqual(['blobs', 'index.json', 'oci-layout']);
    const blobs = readdirSync(join(output, 'blobs/sha256'));
    expect(blobs).toHaveLength(4);
    for (const name of blobs) expect(sha256(readFileSync(join(output, 'blobs/sha256', name)))).toBe(name);
    const index = JSON.parse(readFileSync(join(output, 'index.json'), 'utf8')) as { manifests: unknown[] };
    expect(index.manifests).toMatchObject([
      { digest: image.manifestDigest, annotations: { 'org.opencontainers.image.ref.name': reference } },
    ]);
  });

  it('writes the same layout as an archive, twice the same bytes', async () => {
    const image = await makeImage(root, [base]);
    const { bytes, byPath } = await exported(image, 'oci-archive');
    const output = join(newDir(), 'image.tar');
    await exportTo(image, 'oci-archive', output);
    expect(readFileSync(output).equals(bytes)).toBe(true);
    expect(byPath.get('oci-layout')?.bytes.toString()).toBe('{"imageLayoutVersion":"1.0.0"}');
    expect([...byPath.keys()].slice(0, 2)).toEqual(['blobs', 'blobs/sha256']);
  });

  it('writes a Docker archive with the config as it is and layers named by diffID', async () => {
    const image = await makeImage(root, [base, child, base]);
    const { byPath, members } = await exported(image, 'docker-archive');
    const [{ Config, RepoTags, Layers }] = JSON.parse(byPath.get('manifest.json')!.bytes.toString()) as [
      { Config: string; RepoTags: string[]; Layers: string[] },
    ];
    expect(RepoTags).toEqual([reference]);
    expect(`${sha256(byPath.get(Config)!.bytes)}.json`).toBe(Config);
    expect(Layers.map((name) => `sha256:${sha256(byPath.get(name)!.bytes)}`)).toEqual(
      image.config.rootfs.diff_ids,
    );
    // The layer that comes twice is stored once.
    expect(members).toHaveLength(4);
  });

  it('flattens layers: what was removed or replaced is gone', async () => {
    const { members } = await exported(await makeImage(root, [base, child]), 'rootfs-tar');
    expect(
      members.map(({ path, type, mode, bytes }) => [path, type, mode.toString(8), bytes.toString()]),
    ).toEqual([
      ['bin', 'directory', '755', ''],
      ['bin/app', 'file', '755', 'newer'],
      ['bin/app2', 'file', '644', 'app'],
      ['etc', 'directory', '700', ''],
      ['var', 'directory', '755', ''],
      ['var/lib', 'file', '644', 'a file now'],
    ]);
  });

  it('flattens a single layer to the tar it is', async () => {
    const image = await makeImage(root, [base]);
    const { bytes } = await exported(image, 'rootfs-tar');
    expect([`sha256:${sha256(bytes)}`]).toEqual(image.config.rootfs.diff_ids);
  });

  it('flattens hard links of each layer by themselves', async () => {
    const upper = makeTree({ x: { text: 'x', inode: 1 }, y: { text: 'x', inode: 1 } });
    const { members } = await exported(await makeImage(root, [base, { entries: upper }]), 'rootfs-tar');
    const links = members
      .filter(({ type }) => type === 'hardlink')
      .map(({ path, linkTarget }) => [path, linkTarget]);
    expect(links).toEqual([
      ['bin/app2', 'bin/app'],
      ['y', 'x'],
    ]);
  });

  it('replaces what is there only when forced', async () => {
    const image = await makeImage(root, [base]);
    const dir = newDir();
    for (const [format, name] of [
      ['oci-archive', 'image.tar'],
      ['oci-layout', 'layout'],
    ] as const) {
      const output = join(dir, name);
      await exportTo(image, format, output);
      await expect(exportTo(image, format, output)).rejects.toMatchObject({ code: 'USAGE_INVALID' });
      await exportTo(image, format, output, true);
    }
    expect(readdirSync(dir).sort()).toEqual(['image.tar', 'layout']);
  });

  it('never replaces a folder that is no layout', async () => {
    const image = await makeImage(root, [base]);
    const precious = join(newDir(), 'precious');
    mkdirSync(precious);
    writeFileSync(join(precious, 'thesis'), 'years of work');
    await expect(exportTo(image, 'oci-layout', precious, true)).rejects.toMatchObject({
      code: 'USAGE_INVALID',
    });
    await expect(exportTo(image, 'rootfs-tar', precious, true)).rejects.toThrow('it is a folder');
    expect(readdirSync(precious)).toEqual(['thesis']);
  });

  it('leaves nothing behind when a blob is damaged', async () => {
    for (const format of ['oci-layout', 'oci-archive', 'docker-archive', 'rootfs-tar'] as const) {
      const image = await makeImage(root, [base]);
      const { layers } = await image.layout.readManifest(image.manifestDigest);
      const blob = image.layout.blobFile(layers[0]!.digest);
      const bytes = readFileSync(blob);
      bytes[bytes.length >> 1]! ^= 1;
      writeFileSync(blob, bytes);
      const dir = newDir();
      await expect(exportTo(image, format, join(dir, 'out'))).rejects.toMatchObject({
        code: 'STORE_CORRUPT',
      });
      expect(readdirSync(dir)).toEqual([]);
      expect(readdirSync(image.tmpDir)).toEqual([]);
    }
  });

  it('says what is wrong with the place to write to', async () => {
    const image = await makeImage(root, [base]);
    await expect(exportTo(image, 'oci-archive', join(root, 'no/such/folder/x'))).rejects.toThrow(
      'its folder does not exist',
    );
    const stream = exportImage({ ...image, reference, format: 'oci-layout', output: new PassThrough() });
    await expect(stream).rejects.toMatchObject({ code: 'USAGE_INVALID' });
  });

  it('writes into a pipe without replacing it', async () => {
    const image = await makeImage(root, [base]);
    const pipe = join(newDir(), 'pipe');
    execFileSync('mkfifo', [pipe]);
    const [bytes] = await Promise.all([readFile(pipe), exportTo(image, 'rootfs-tar', pipe)]);
    expect(bytes.equals((await exported(image, 'rootfs-tar')).bytes)).toBe(true);
    expect(statSync(pipe).isFIFO()).toBe(true);
  });
});
