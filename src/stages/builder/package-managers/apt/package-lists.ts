import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { compareDebVersions } from './deb-version.ts';
import { readDeb822, type Paragraph } from '../../../../model/deb822.ts';
import type { FrozenIndex, FrozenSource } from './frozen-index.ts';

/** Every package of an index, with the source it is in: main before updates, as apt lists them. */
export async function* readPackages(
  index: FrozenIndex,
  wanted: (source: FrozenSource) => boolean = () => true,
): AsyncGenerator<Paragraph> {
  for (const source of index.sources.filter(wanted)) {
    for (const { listName } of source.packages) {
      yield* readDeb822(
        createReadStream(join(index.aptDir, 'lists', listName), { highWaterMark: 1024 * 1024 }),
      );
    }
  }
}

/** Name → versions an index offers, newest first. */
export async function readPackageVersions(
  index: FrozenIndex,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const versions = new Map<string, string[]>();
  for await (const paragraph of readPackages(index)) {
    const [name, version] = [paragraph.get('package'), paragraph.get('version')];
    if (name === undefined || version === undefined) continue;
    const known = versions.get(name);
    if (!known) versions.set(name, [version]);
    else if (!known.includes(version)) known.push(version);
  }
  for (const known of versions.values()) known.sort((a, b) => compareDebVersions(b, a));
  return versions;
}
