import type { Absent, AbsentPaths } from '../model/absent.ts';
import type { FileFacts, TreeFacts } from '../model/file-facts.ts';
import { toRootfs, type Rootfs, type TreeEntry } from '../model/tree-entry.ts';

/** The tree of a built image, parents included, with what `prove` knows of its files. */
export interface BuiltTree {
  readonly rootfs: Rootfs;
  readonly facts: TreeFacts;
  /** What packages came with and it has not. */
  readonly absent?: AbsentPaths;
}

interface StoredAbsent {
  readonly path: string;
  readonly absent: Absent;
}

type StoredEntry = Omit<TreeEntry, 'xattrs' | 'content'> & {
  readonly xattrs?: Readonly<Record<string, string>>;
  readonly facts?: FileFacts;
};

/** A tree as JSON, one entry a line. Contents are left out: they are in the layers. */
export function encodeTree({ rootfs, facts, absent = new Map() }: BuiltTree): string {
  const lines = [...rootfs.values()].map((entry) => JSON.stringify(toStored(entry, facts.get(entry.path))));
  const gone = [...absent].map(([path, each]) => JSON.stringify({ path, absent: each }));
  return `[\n${[...lines, ...gone].join(',\n')}\n]\n`;
}

/** Reads what `encodeTree` wrote; files come back with the content kind `parent`. */
export function decodeTree(text: string): BuiltTree {
  const facts = new Map<string, FileFacts>();
  const absent = new Map<string, Absent>();
  const entries = (JSON.parse(text) as (StoredEntry | StoredAbsent)[]).flatMap((stored) => {
    if ('absent' in stored) {
      absent.set(stored.path, stored.absent);
      return [];
    }
    if (stored.facts) facts.set(stored.path, stored.facts);
    return [fromStored(stored)];
  });
  return { rootfs: toRootfs(entries), facts, absent };
}

function toStored(entry: TreeEntry, facts: FileFacts | undefined): StoredEntry {
  const { xattrs, ...rest } = entry;
  const stored: Record<string, unknown> = { ...rest };
  delete stored['content'];
  return {
    ...(stored as unknown as StoredEntry),
    ...(xattrs.size > 0 && {
      xattrs: Object.fromEntries(
        [...xattrs].map(([name, value]) => [name, Buffer.from(value).toString('base64')]),
      ),
    }),
    ...(facts && { facts }),
  };
}

function fromStored({ xattrs, ...stored }: StoredEntry): TreeEntry {
  const rest: Record<string, unknown> = { ...stored };
  delete rest['facts'];
  const values = Object.entries(xattrs ?? {}).map(
    ([name, value]) => [name, Buffer.from(value, 'base64')] as const,
  );
  const entry = { ...rest, xattrs: new Map(values) };
  return (stored.type === 'file' ? { ...entry, content: { kind: 'parent' } } : entry) as unknown as TreeEntry;
}
