import { readFile } from 'node:fs/promises';

/** Ids of the host that a user may use for the users of its containers. */
export interface SubIds {
  readonly start: number;
  readonly count: number;
}

/** With root these make 65536 ids: up to 65535, so that `nobody`, 65534, is among them. */
const leastIds = 65_535;

/**
 * The first range of a file such as /etc/subuid that is large enough (subuid(5): `user:start:count`, the user by
 * name or by number); undefined when there is none.
 */
export function findSubIds(text: string, user: { readonly name: string; readonly uid: number }) {
  for (const line of text.split('\n')) {
    const [owner, start, count] = line.split(':');
    if (owner !== user.name && owner !== String(user.uid)) continue;
    if (/^\d+$/.test(start ?? '') && Number(count) >= leastIds)
      return { start: Number(start), count: Number(count) } satisfies SubIds;
  }
  return undefined;
}

/** A line for such a file that gives a user ids that no other line of it has. */
export function proposeSubIds(text: string, name: string): string {
  const ends = text.split('\n').map((line) => {
    const [, start = '0', count = '0'] = line.split(':');
    return Number(start) + Number(count);
  });
  return `${name}:${Math.max(100_000, ...ends.filter(Number.isSafeInteger))}:65536`;
}

/** The file's text; empty when it is not there. */
export const readSubIdFile = (file: string): Promise<string> => readFile(file, 'utf8').catch(() => '');
