import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { toDigest } from '../../../src/model/digest.ts';
import { encodeJson } from '../../../src/oci/encode-json.ts';
import { openLayout, type Layout } from '../../../src/oci/layout.ts';
import { mediaTypes, type Descriptor } from '../../../src/oci/types.ts';
import { useTempDir } from '../../support/use-temp-dir.ts';

const root = useTempDir();

async function newLayout(): Promise<Layout & { tmpDir: string }> {
  const base = mkdtempSync(join(root, 'layout-'));
  const tmpDir = join(base, 'tmp');
  mkdirSync(tmpDir);
  return { ...(await openLayout({ dir: join(base, 'store'), tmpDir, withLock: (work) => work() })), tmpDir };
}

/** Stores an image with one layer of that text; its descriptor. */
async function addImage(layout: Layout, text: string): Promise<Descriptor> {
  const layer = await layout.writeBlob(Buffer.from(text));
  const config = await layout.writeBlob(
    encodeJson({ architecture: 'amd64', os: 'linux', rootfs: { type: 'layers', diff_ids: [layer.digest] } }),
  );
  const manifest = {
    schemaVersion: 2,
    mediaType: mediaTypes.manifest,
    config: { mediaType: mediaTypes.config, ...config },
    layers: [{ mediaType: mediaTypes.layerGzip, ...layer }],
  };
  return { mediaType: mediaTypes.manifest, ...(await layout.writeBlob(encodeJson(manifest))) };
}

const absent = toDigest('0'.repeat(64));

describe('openLayout', () => {
  it('makes a layout that says it is one', async () => {
    const { dir } = await newLayout();
    expect(readFileSync(join(dir, 'oci-layout'), 'utf8')).toBe('{"imageLayoutVersion":"1.0.0"}');
    expect(readdirSync(join(dir, 'blobs'))).toEqual(['sha256']);
  });

  it('keeps blobs under their digest and leaves no temporary file', async () => {
    const layout = await newLayout();
    const { digest, size } = await layout.writeBlob(Buffer.from('blob'));
    expect(digest).toBe(toDigest(createHash('sha256').update('blob').digest('hex')));
    expect(size).toBe(4);
    expect(readFileSync(layout.blobFile(digest), 'utf8')).toBe('blob');
    expect(await layout.hasBlob(digest)).toBe(true);
    expect(await layout.hasBlob(absent)).toBe(false);
    expect(readdirSync(layout.tmpDir)).toEqual([]);
  });

  it('moves a finished file in, also where the blob is already', async () => {
    const layout = await newLayout();
    const digest = toDigest(createHash('sha256').update('big').digest('hex'));
    for (const name of ['one', 'two']) {
      writeFileSync(join(layout.tmpDir, name), 'big');
      await layout.adoptBlob(join(layout.tmpDir, name), digest);
    }
    expect(readFileSync(layout.blobFile(digest), 'utf8')).toBe('big');
    expect(readdirSync(layout.tmpDir)).toEqual([]);
  });

  it('names images, moves names and forgets them', async () => {
    const layout = await newLayout();
    const [one, two] = [await addImage(layout, 'one'), await addImage(layout, 'two')];
    await layout.setReference('web/b:1', one);
    await layout.setReference('web/a:1', one);
    await layout.setReference('web/b:1', two);
    const names = async () => [...(await layout.references())].map(([name, { digest }]) => [name, digest]);
    expect(await names()).toEqual([
      ['web/a:1', one.digest],
      ['web/b:1', two.digest],
    ]);
    expect(await layout.removeReference('web/a:1')).toBe(true);
    expect(await layout.removeReference('web/a:1')).toBe(false);
    expect(await names()).toEqual([['web/b:1', two.digest]]);
  });

  it('writes the same index whatever the order of the changes', async () => {
    const [a, b] = [await newLayout(), await newLayout()];
    for (const [layout, names] of [
      [a, ['x/x:1', 'y/y:1']],
      [b, ['y/y:1', 'x/x:1']],
    ] as const) {
      for (const name of names) await layout.setReference(name, await addImage(layout, name));
    }
    expect(readFileSync(join(a.dir, 'index.json'))).toEqual(readFileSync(join(b.dir, 'index.json')));
  });

  it('changes references only inside the lock', async () => {
    const plain = await newLayout();
    const calls: string[] = [];
    const withLock = async <T>(work: () => Promise<T>): Promise<T> => {
      calls.push('locked');
      const result = await work();
      calls.push('released');
      return result;
    };
    const layout = await openLayout({ dir: plain.dir, tmpDir: plain.tmpDir, withLock });
    await layout.setReference('web/x:1', await addImage(layout, 'x'));
    await layout.removeReference('web/x:1');
    await layout.collectGarbage();
    expect(calls).toEqual(Array(3).fill(['locked', 'released']).flat());
  });

  it('refuses to name an image whose parts are not all there', async () => {
    const layout = await newLayout();
    const manifest = await layout.writeBlob(
      encodeJson({
        schemaVersion: 2,
        config: { mediaType: mediaTypes.config, digest: absent, size: 2 },
        layers: [],
      }),
    );
    await expect(
      layout.setReference('web/x:1', { mediaType: mediaTypes.manifest, ...manifest }),
    ).rejects.toMatchObject({ code: 'STORE_CORRUPT' });
    expect((await layout.references()).size).toBe(0);
  });

  it('reads manifests and configs', async () => {
    const layout = await newLayout();
    const { digest } = await addImage(layout, 'x');
    const manifest = await layout.readManifest(digest);
    expect(manifest.layers).toHaveLength(1);
    expect((await layout.readConfig(manifest.config.digest)).rootfs.diff_ids).toEqual([
      manifest.layers[0]?.digest,
    ]);
  });

  it('notices blobs that are missing, damaged or something else', async () => {
    const layout = await newLayout();
    const { digest } = await addImage(layout, 'x');
    const { config } = await layout.readManifest(digest);
    await expect(layout.readManifest(absent)).rejects.toMatchObject({ code: 'STORE_CORRUPT' });
    await expect(layout.readManifest(config.digest)).rejects.toThrow('no image manifest');
    await expect(layout.readConfig(digest)).rejects.toThrow('no image config');
    const text = await layout.writeBlob(Buffer.from('no json'));
    await expect(layout.readConfig(text.digest)).rejects.toThrow('no JSON object');
    writeFileSync(layout.blobFile(digest), `${readFileSync(layout.blobFile(digest), 'utf8')} `);
    await expect(layout.readManifest(digest)).rejects.toThrow('its bytes have another digest');
    writeFileSync(join(layout.dir, 'index.json'), '{"manifests":[{}]}');
    await expect(layout.references()).rejects.toMatchObject({ code: 'STORE_CORRUPT' });
  });

  it('removes what no name reaches, and nothing else', async () => {
    const layout = await newLayout();
    const [kept, lost] = [await addImage(layout, 'kept'), await addImage(layout, 'lost')];
    await layout.setReference('web/kept:1', kept);
    await layout.setReference('web/lost:1', lost);
    expect(await layout.collectGarbage()).toEqual({ blobs: 0, bytes: 0 });
    await layout.removeReference('web/lost:1');
    expect(await layout.collectGarbage({ dryRun: true })).toMatchObject({ blobs: 3 });
    expect(await layout.collectGarbage({ dryRun: true, all: true })).toMatchObject({ blobs: 6 });
    expect(await layout.hasBlob(lost.digest)).toBe(true);
    const { blobs, bytes } = await layout.collectGarbage();
    expect(blobs).toBe(3);
    expect(bytes).toBeGreaterThan(lost.size);
    expect(await layout.hasBlob(lost.digest)).toBe(false);
    await layout.setReference('web/again:1', kept);
  });

  it('leaves young blobs to the build that may be about to name them', async () => {
    const layout = await newLayout();
    const [old, young] = [
      await layout.writeBlob(Buffer.from('old')),
      await layout.writeBlob(Buffer.from('young')),
    ];
    utimesSync(layout.blobFile(old.digest), 1000, 1000);
    expect(await layout.collectGarbage({ writtenBefore: 2_000_000 })).toEqual({ blobs: 1, bytes: 3 });
    expect(await layout.hasBlob(young.digest)).toBe(true);
    // Writing it again makes an old blob young.
    utimesSync(layout.blobFile(young.digest), 1000, 1000);
    await layout.writeBlob(Buffer.from('young'));
    expect(await layout.collectGarbage({ writtenBefore: 2_000_000 })).toEqual({ blobs: 0, bytes: 0 });
  });
});
