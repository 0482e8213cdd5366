import { KublerError, type SourcePosition } from '../errors.ts';
import { accountPath } from '../model/accounts.ts';
import type { TreeFacts } from '../model/file-facts.ts';
import { lookupUser, type UserIdentity } from '../model/lookup-user.ts';
import type { BuiltTree } from '../store/index.ts';

/** The text of an image's /etc/passwd and of its /etc/group; of one that is not there, none. */
export function accountTexts(facts: TreeFacts | undefined): readonly [passwd: string, group: string] {
  const text = (name: 'passwd' | 'group'): string => facts?.get(accountPath(name))?.text ?? '';
  return [text('passwd'), text('group')];
}

/** Whom `USER` or `--chown` means in an image; a name its /etc/passwd does not have is IMAGE_INVALID, with the line. */
export function imageUser({ facts }: BuiltTree, user: string, at: SourcePosition): UserIdentity {
  try {
    return lookupUser(...accountTexts(facts), user);
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
