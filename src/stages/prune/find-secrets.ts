import { KublerError } from '../../errors.ts';
import type { FileEntry, Rootfs } from '../../model/tree-entry.ts';
import { readBytes } from '../rootfs/index.ts';
import { keepFilter } from './keep-filter.ts';

/** Keys are smaller; packages ship example keys elsewhere. */
const maxBytes = 1 << 16;
const plausible = /^(?:etc|var|root|home|usr\/local|opt|srv)\//;

/** The armour of a key (RFC 7468, RFC 4716's kin, OpenPGP), followed by a header line or by base64. */
const privateKey =
  /^-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----\s+(?:[A-Z][\w-]+: |[A-Za-z0-9+/=]{16})/m;

/**
 * One `PRUNE_SECRET` for each private key in the tree, in byte order of paths, except those that globs of KEEP name or
 * the parent image has already. `subject` is the image as messages name it.
 */
export async function findSecrets(
  rootfs: Rootfs,
  subject: string,
  keep: readonly string[],
  protect: ReadonlySet<string> = new Set(),
): Promise<readonly KublerError[]> {
  const keeps = keepFilter(keep);
  const secrets: KublerError[] = [];
  for (const entry of rootfs.values()) {
    if (entry.type !== 'file' || !mayHoldKey(entry) || protect.has(entry.path) || keeps(entry.path)) continue;
    const text = (await readBytes(entry, maxBytes)).toString('latin1');
    if (privateKey.test(text)) secrets.push(secretIn(entry.path, subject));
  }
  return secrets;
}

const mayHoldKey = ({ path, size, content }: FileEntry): boolean =>
  size > 0 && size <= maxBytes && content.kind !== 'parent' && plausible.test(path);

const secretIn = (path: string, subject: string): KublerError =>
  new KublerError('PRUNE_SECRET', `cannot put "/${path}" into ${subject}: it holds a private key`, {
    hint: `remove it in finish_rootfs_build, or say KEEP='/${path}' in build.conf if everyone may have it`,
  });
