import { readFile } from 'node:fs/promises';

/** Which users of the machine this process knows as its own (user_namespaces(7)). */
export interface IdMap {
  /** True in a user namespace, where root is not the machine's. */
  readonly isNamespace: boolean;
  /** Where ranges of ids start, inside and outside: data of one process mean the same to another with the same text. */
  readonly text: string;
}

/** Reads the maps of this process. */
export async function readIdMap(): Promise<IdMap> {
  const maps = [await readFile('/proc/self/uid_map', 'utf8'), await readFile('/proc/self/gid_map', 'utf8')];
  return parseIdMap(maps);
}

/** @param maps contents of uid_map and gid_map: lines of `inside outside count` */
export function parseIdMap(maps: readonly string[]): IdMap {
  const ranges = maps.map((map) =>
    map
      .trim()
      .split('\n')
      .map((line) => line.trim().split(/\s+/)),
  );
  const isWhole = ([line = []]: readonly string[][]): boolean => line.join(' ') === '0 0 4294967295';
  const starts = ranges.map((lines) => lines.map(([inside, outside]) => `${inside}:${outside}`).join(' '));
  return { isNamespace: !ranges.every(isWhole), text: starts.join('\n') };
}

/** Who this process is outside of its user namespace; undefined when it is in none. */
export async function outerIds(): Promise<{ readonly uid: number; readonly gid: number } | undefined> {
  const { isNamespace, text } = await readIdMap();
  const [uid, gid] = text.split('\n').map((ranges) => /(?:^| )0:(\d+)/.exec(ranges)?.[1]);
  return isNamespace && uid !== undefined && gid !== undefined
    ? { uid: Number(uid), gid: Number(gid) }
    : undefined;
}
