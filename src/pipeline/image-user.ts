import { KublerError, type SourcePosition } from '../errors.ts';
import { lookupUser, type UserIdentity } from '../stages/carve/index.ts';
import type { BuiltTree } from '../store/index.ts';

/** Whom `USER` or `--chown` means in an image; a name its /etc/passwd does not have is IMAGE_INVALID, with the line. */
export function imageUser({ facts }: BuiltTree, user: string, at: SourcePosition): UserIdentity {
  const text = (name: string): string => facts.get(`etc/${name}`)?.text ?? '';
  try {
    return lookupUser(text('passwd'), text('group'), user);
  } catch (error) {
    if (!(error instanceof KublerError)) throw error;
    throw new KublerError(error.code, error.message, { at });
  }
}

/** The owner that `--chown` names: of a number without a group the group is that number, too. */
export function imageOwner(
  tree: BuiltTree,
  owner: string,
  at: SourcePosition,
): { readonly uid: number; readonly gid: number } {
  const { uid, gid } = imageUser(tree, /^\d+$/.test(owner) ? `${owner}:${owner}` : owner, at);
  return { uid, gid };
}
