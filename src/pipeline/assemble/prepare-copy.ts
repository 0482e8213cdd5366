import {
  copyTree,
  fromContext,
  fromText,
  readContext,
  type CopySource,
  type CopyStep,
} from '../../stages/image/index.ts';
import { fetchSource, imageTreeSources, unpackSource } from './copy-sources.ts';
import { describeSource } from './describe-source.ts';
import { imageOwner } from '../image-user.ts';
import type { PreparedStep, StepChanges, StepPlace } from './prepared-step.ts';
import { readRecord } from '../read-record.ts';

/** COPY and ADD: the image folder is read now; archives, other images and downloads when the layer is made. */
export async function prepareCopy(step: CopyStep, place: StepPlace): Promise<PreparedStep> {
  const image = step.from && (await readRecord(place.workspace, step.from));
  const texts = step.documents.map(({ name, text }) => fromText(name, text, place.epoch));
  const local = [...(image ? [] : await readLocal(step, place)), ...texts];
  return {
    inputs: { ...step, at: 0, createdBy: '', local: local.map(describeSource), image: image?.configDigest },
    make: async (tempDir) => {
      const { workspace } = place;
      const unpack = (source: CopySource, index: number): Promise<CopySource> =>
        unpackSource(source, step, workspace, `${tempDir}/archive-${index}.tar`);
      const unpacked = step.unpack ? await Promise.all(local.map(unpack)) : local;
      const fetched = await Promise.all(step.downloads.map((each) => fetchSource(each, step, place)));
      const copied = image ? await imageTreeSources(image, step, workspace, tempDir) : [];
      return copy([...copied, ...unpacked, ...fetched], step, place);
    },
  };
}

async function readLocal(step: CopyStep, { contextDir, epoch }: StepPlace): Promise<readonly CopySource[]> {
  const { sources, at } = step;
  const found = await readContext({ contextDir, sources, at });
  return Promise.all(found.map((source) => fromContext(source, epoch)));
}

function copy(sources: readonly CopySource[], step: CopyStep, { below, epoch }: StepPlace): StepChanges {
  const { destination, workdir, mode, at } = step;
  const owner = step.owner === undefined ? undefined : imageOwner(below, step.owner, at);
  const added = copyTree({
    ...{ sources: sources.map(withOwnInodes), destination, workdir, tree: below.rootfs, epoch, at },
    ...(owner && { owner }),
    ...(mode !== undefined && { mode }),
  });
  return { added, deleted: new Set() };
}

/** Far more than one source has files. */
const inodesPerSource = 2 ** 45;

/** Sources number their inodes from 1, each for itself. */
const withOwnInodes = (source: CopySource, index: number): CopySource => ({
  ...source,
  entries: source.entries.map((entry) =>
    entry.type === 'file' && entry.inode !== undefined
      ? { ...entry, inode: entry.inode + index * inodesPerSource }
      : entry,
  ),
});
