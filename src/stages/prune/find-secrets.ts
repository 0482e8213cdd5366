import { KublerError, type SourcePosition } from '../../errors.ts';
import type { FileEntry, Rootfs } from '../../model/tree-entry.ts';
import { holdsPrivateKey, maxKeyBytes, mayBeExampleKey } from '../../model/private-key.ts';
import { readBytes } from '../rootfs/index.ts';
import { keepFilter } from './keep-filter.ts';

export interface SecretsOptions {
  /** The image as messages name it. */
  readonly subject: string;
  /** Globs of files that everyone may have. */
  readonly keep: readonly string[];
  /** The tree that the layer goes on: what is in it is out already. */
  readonly below: Rootfs;
  /** The instruction that brings the layer, when it is not the build itself. */
  readonly at?: SourcePosition;
  /** What to do about the key at a path, when KEEP is no way. */
  readonly hint?: (path: string) => string;
}

/**
 * One `PRUNE_SECRET` for each private key in the entries of a layer, in byte order of paths, except those that globs of
 * KEEP name.
 */
export async function findSecrets(entries: Rootfs, options: SecretsOptions): Promise<readonly KublerError[]> {
  const keeps = keepFilter(options.keep);
  const secrets: KublerError[] = [];
  for (const entry of entries.values()) {
    if (entry.type !== 'file' || !mayHoldKey(entry) || keeps(entry.path)) continue;
    const former = options.below.get(entry.path);
    if (former?.type === 'file' && former.sha256 === entry.sha256) continue;
    if (holdsPrivateKey(await readBytes(entry, maxKeyBytes))) secrets.push(secretIn(entry.path, options));
  }
  return secrets;
}

const mayHoldKey = ({ path, size, origin }: FileEntry): boolean =>
  size > 0 && size <= maxKeyBytes && (origin?.kind === 'dockerfile' || !mayBeExampleKey(path));

function secretIn(path: string, { subject, at, hint }: SecretsOptions): KublerError {
  const instead = at ? 'hand it in when the image is run' : 'remove it in finish_rootfs_build';
  const keep = `${instead}, or say KEEP='/${path}' in build.conf if everyone may have it`;
  return new KublerError('PRUNE_SECRET', `cannot put "/${path}" into ${subject}: it holds a private key`, {
    ...(at && { at }),
    hint: hint?.(path) ?? keep,
  });
}
