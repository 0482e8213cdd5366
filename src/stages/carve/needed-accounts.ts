import {
  accountLines,
  accountName,
  accountNumber,
  groupMembers,
  type AccountLine,
  type Accounts,
} from '../../model/accounts.ts';

export interface NeededAccountsOptions {
  /** The target root's account files when this image's build started, and now. */
  readonly start: Accounts;
  readonly end: Accounts;
  /** The parent image's; empty texts without one. */
  readonly parent: Accounts;
  /** Owners of what is in the image. */
  readonly uids: ReadonlySet<number>;
  readonly gids: ReadonlySet<number>;
  /** `USER`: `name` or `uid`, with an optional `:group`; empty for none. */
  readonly user: string;
}

/** Names of the accounts an image needs. */
export interface NeededAccounts {
  readonly users: ReadonlySet<string>;
  readonly groups: ReadonlySet<string>;
}

/**
 * Root; owners of files; `USER`; what this build added or changed; what the parent has. With a user come its primary
 * group and the groups it is a member of.
 */
export function neededAccounts({
  start,
  end,
  parent,
  uids,
  gids,
  user,
}: NeededAccountsOptions): NeededAccounts {
  const [userPart = '', groupPart = ''] = user.split(':');
  const isUser = anyOf(hasId(uids, userPart), isAdded(start.passwd), isInherited(parent.passwd));
  const users = accountLines(end.passwd).filter(isUser);

  const primary = new Set([...gids, ...users.map((line) => accountNumber(line, 3))]);
  // Root may use every group as it is: its memberships are no reason to keep one.
  const members = new Set(users.filter((line) => accountNumber(line, 2) !== 0).map(accountName));
  const hasMember = (line: AccountLine): boolean => groupMembers(line).some((name) => members.has(name));
  const isGroup = anyOf(
    hasId(primary, groupPart),
    isAdded(start.group),
    isInherited(parent.group),
    hasMember,
  );
  const groups = accountLines(end.group).filter(isGroup);
  return { users: new Set(users.map(accountName)), groups: new Set(groups.map(accountName)) };
}

type LineTest = (line: AccountLine) => boolean;

const anyOf =
  (...tests: readonly LineTest[]): LineTest =>
  (line) =>
    tests.some((test) => test(line));

/** Root's id, one of these ids, or what `USER` names. */
const hasId =
  (ids: ReadonlySet<number>, named: string): LineTest =>
  (line) => {
    const id = accountNumber(line, 2);
    return id === 0 || ids.has(id) || named === accountName(line) || named === String(id);
  };

function isAdded(start: string): LineTest {
  const lines = new Set(start.split('\n'));
  return (line) => !lines.has(line.text);
}

function isInherited(parent: string): LineTest {
  const names = new Set(accountLines(parent).map(accountName));
  return (line) => names.has(accountName(line));
}
