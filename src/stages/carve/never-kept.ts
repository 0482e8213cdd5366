import type { DatabaseFormat } from './databases/database.ts';

/**
 * What is below these folders never enters an image, whoever made it: kernel file systems, scratch space, Kubler's own
 * mounts, caches. The folders themselves may. Prune has rules of its own; these keep the spool small.
 */
const scratch = [
  'dev',
  'proc',
  'sys',
  'run',
  'tmp',
  'var/tmp',
  'var/cache/apt',
  'var/cache/ldconfig',
  'var/lib/apt/lists',
  // What Portage keeps about its work has times and counters in it; of its database scanners get an extract.
  'etc/portage',
  'var/cache/edb',
  'var/db/pkg',
  'var/lib/gentoo',
  'var/lib/portage',
];

const below = (folders: readonly string[]): RegExp => new RegExp(`^(?:${folders.join('|')})/`);

/**
 * Kubler's mount points; the library cache, which is made anew for the final tree; backups of account files, which
 * would name accounts and passwords that were taken out; Portage's folders, and its settings for shells and systems no image has.
 */
const files =
  /^(?:\.kubler.*|var\/(?:cache\/edb|lib\/(?:portage|gentoo))|etc\/(?:csh\.env|environment\.d\/10-gentoo-env\.conf)|etc\/ld\.so\.cache|etc\/(?:passwd|group|g?shadow|sub[ug]id)-|etc\/\.pwd\.lock)$/s;

/** Path and find's type letter → whether carve leaves it behind. */
export type NeverKept = (path: string, type: string) => boolean;

/**
 * A test for paths that carve leaves behind whatever else it is told, except by `KEEP`.
 * @param state of package tools, of no use without them
 */
export function neverKept(state: Pick<DatabaseFormat, 'stateFolders' | 'statePaths'>): NeverKept {
  const folders = below([...scratch, ...state.stateFolders]);
  return (path, type) =>
    folders.test(path) ||
    files.test(path) ||
    state.statePaths.includes(path) ||
    // Logs go, but folders stay: daemons do not make their log folder themselves.
    (type !== 'd' && path.startsWith('var/log/')) ||
    !'fdlp'.includes(type);
}
