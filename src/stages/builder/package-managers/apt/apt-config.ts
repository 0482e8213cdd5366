import { assert } from '../../../../errors.ts';
import type { FrozenSource } from './frozen-index.ts';

/**
 * The address containers know a source by, for its position in the index. Mirrors are not named there: they may
 * change, or have a password, and no image shall depend on them.
 */
export const sourceUri = (position: number): string => `http://kubler.invalid/${position}`;

/** The address at the mirror in use, `uris` by position, for one that containers know. */
export function toMirrorUrl(url: string, uris: readonly string[]): string {
  const position = uris.findIndex((_, each) => url.startsWith(`${sourceUri(each)}/`));
  const uri = uris[position];
  assert(uri !== undefined, `no source of the index has the address ${url}`);
  return uri + url.slice(sourceUri(position).length);
}

/** `sources.list` of an index. */
export function renderSourcesList(sources: readonly FrozenSource[]): string {
  return sources
    .map(({ suite, components, packages }, position) =>
      packages.length === 0 ? '' : `deb ${sourceUri(position)} ${suite} ${components.join(' ')}\n`,
    )
    .join('');
}

/** The name apt gives in `lists/` to a file below `dists/<suite>/` of a source. */
export function listName(position: number, suite: string, path: string): string {
  return `${sourceUri(position)}/dists/${suite}/${path}`
    .replace('http://', '')
    .replace(/[\\|{}[\]<>"^~_=!@#$%*]/g, (char) => `%${char.charCodeAt(0).toString(16)}`)
    .replaceAll('/', '_');
}
