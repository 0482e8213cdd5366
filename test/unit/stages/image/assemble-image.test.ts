import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { toDigest, type Digest } from '../../../../src/model/digest.ts';
import {
  assembleImage,
  type AssembledImage,
  type LayerReference,
} from '../../../../src/stages/image/index.ts';
import { planImage } from '../../../support/plan-image.ts';

const sha = (text: string | Uint8Array): Digest => toDigest(createHash('sha256').update(text).digest('hex'));
const layer = (name: string): LayerReference => ({
  digest: sha(name),
  sizeBytes: name.length,
  diffId: sha(`${name}.tar`),
});

interface Store {
  readonly blobs: Map<Digest, Buffer>;
  writeBlob(bytes: Uint8Array): Promise<{ digest: Digest; size: number }>;
}

function makeStore(): Store {
  const blobs = new Map<Digest, Buffer>();
  return {
    blobs,
    writeBlob: (bytes) => {
      blobs.set(sha(bytes), Buffer.from(bytes));
      return Promise.resolve({ digest: sha(bytes), size: bytes.length });
    },
  };
}

const plan = (text: string, parent?: AssembledImage) =>
  planImage({ text, ...(parent && { parent: { id: 'base/glibc', config: parent.config } }) });
const parentText = 'FROM scratch\nMAINTAINER Jane\nADD rootfs.tar /\nWORKDIR /srv\nCMD ["/bin/x"]\n';
const assembleParent = (layout: Store): Promise<AssembledImage> =>
  assembleImage({
    layout,
    plan: plan(parentText),
    layers: [layer('rootfs'), undefined],
    epoch: 1_700_000_000,
    architecture: 'amd64',
  });

describe('assembleImage', () => {
  test('configuration and manifest of an image without a parent', async () => {
    const store = makeStore();
    const image = await assembleParent(store);
    expect(JSON.parse(store.blobs.get(image.configDigest)!.toString())).toEqual({
      created: '2023-11-14T22:13:20Z',
      author: 'Jane',
      architecture: 'amd64',
      os: 'linux',
      config: {
        Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
        Cmd: ['/bin/x'],
        WorkingDir: '/srv',
      },
      rootfs: { type: 'layers', diff_ids: [sha('rootfs.tar')] },
      history: [
        { created: '2023-11-14T22:13:20Z', created_by: 'MAINTAINER Jane', empty_layer: true },
        { created: '2023-11-14T22:13:20Z', created_by: 'ADD rootfs.tar /' },
        { created: '2023-11-14T22:13:20Z', created_by: 'WORKDIR /srv', empty_layer: true },
        { created: '2023-11-14T22:13:20Z', created_by: 'CMD ["/bin/x"]', empty_layer: true },
      ],
    });
    expect(JSON.parse(store.blobs.get(image.manifestDescriptor.digest)!.toString())).toEqual({
      schemaVersion: 2,
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      config: {
        mediaType: 'application/vnd.oci.image.config.v1+json',
        digest: image.configDigest,
        size: store.blobs.get(image.configDigest)!.length,
      },
      layers: [{ mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip', digest: sha('rootfs'), size: 6 }],
    });
    expect(image.manifestDescriptor.size).toBe(store.blobs.get(image.manifestDescriptor.digest)!.length);
  });

  test('the same image has the same digests everywhere', async () => {
    const image = await assembleParent(makeStore());
    expect(image.configDigest).toBe(
      'sha256:e577a73e01641c4a9a8ae610f1eb643c07577fec5c894c647e467349f145c5dd',
    );
    expect(image.manifestDescriptor.digest).toBe(
      'sha256:00e7147d0292fca581763d3098e9dcf7f4a33ca150b47a92427ca4dffbc6a322',
    );
  });

  test('a child lies on the layers and the history of its parent', async () => {
    const store = makeStore();
    const parent = await assembleParent(store);
    const child = await assembleImage({
      layout: store,
      plan: plan('FROM base/glibc\nENV A=1\nCOPY x /\nADD rootfs.tar /\n', parent),
      parent,
      layers: [layer('copy'), layer('child')],
      epoch: 1_700_000_001,
      architecture: 'amd64',
    });
    expect(child.manifest.layers.map(({ digest }) => digest)).toEqual(['rootfs', 'copy', 'child'].map(sha));
    expect(child.config.rootfs.diff_ids).toEqual(['rootfs.tar', 'copy.tar', 'child.tar'].map(sha));
    expect(child.config.history.slice(0, 4)).toEqual(parent.config.history);
    expect(child.config.history.slice(4)).toEqual([
      { created: '2023-11-14T22:13:21Z', created_by: 'ENV A=1', empty_layer: true },
      { created: '2023-11-14T22:13:21Z', created_by: 'COPY x /' },
      { created: '2023-11-14T22:13:21Z', created_by: 'ADD rootfs.tar /' },
    ]);
    expect(child.config.config).toMatchObject({ Cmd: ['/bin/x'], WorkingDir: '/srv' });
    expect(child.config.author).toBe('Jane');
  });

  test('layers that do not match the plan are a bug', async () => {
    const options = { layout: makeStore(), plan: plan(parentText), epoch: 0, architecture: 'amd64' };
    await expect(assembleImage({ ...options, layers: [layer('rootfs')] })).rejects.toThrow(
      'each step that makes one',
    );
    await expect(assembleImage({ ...options, layers: [layer('a'), layer('b'), layer('c')] })).rejects.toThrow(
      'without a step',
    );
  });
});
