import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import { digestHex } from '../../../../src/model/digest.ts';
import { readTarStream } from '../../../../src/oci/tar-read.ts';
import { writeDockerArchive, type ArchivedImage } from '../../../../src/stages/publish/index.ts';
import { makeImage } from '../../../support/make-image.ts';
import { makeTree } from '../../../support/make-tree.ts';
import { useTempDir } from '../../../support/use-temp-dir.ts';

const dir = useTempDir();
const low = { entries: makeTree({ low: { text: 'low' } }) };
const high = { entries: makeTree({ high: { text: 'high' } }) };

async function membersOf(images: readonly ArchivedImage[]): Promise<ReadonlyMap<string, string>> {
  const members = new Map<string, string>();
  for await (const member of readTarStream(Readable.from(writeDockerArchive(images))))
    members.set(member.path, await text(Readable.from(member.content())));
  return members;
}

it('has layers that images share once, and those that are skipped only in the list', async () => {
  const { layout, manifestDigest, config } = await makeImage(dir, [low, high]);
  const [lowTar, highTar] = config.rootfs.diff_ids.map((diffId) => `${digestHex(diffId)}.tar`);
  const image = { layout, manifestDigest, aliases: [] };
  const both = await membersOf([
    { ...image, reference: 'a/a:1' },
    { ...image, reference: 'b/b:1', aliases: ['b/b:2'] },
  ]);
  expect([...both.keys()].filter((path) => path.endsWith('.tar'))).toEqual([lowTar, highTar]);
  expect(JSON.parse(both.get('manifest.json') ?? '')).toMatchObject([
    { RepoTags: ['a/a:1'], Layers: [lowTar, highTar] },
    { RepoTags: ['b/b:1', 'b/b:2'], Layers: [lowTar, highTar] },
  ]);
  const rest = await membersOf([{ ...image, reference: 'a/a:1', skippedLayers: 1 }]);
  expect([...rest.keys()].filter((path) => path.endsWith('.tar'))).toEqual([highTar]);
  expect(JSON.parse(rest.get('manifest.json') ?? '')).toMatchObject([{ Layers: [lowTar, highTar] }]);
});
