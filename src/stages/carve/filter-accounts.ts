import { accountLines, accountName, type AccountLine, type Accounts } from '../../model/accounts.ts';
import type { NeededAccounts } from './needed-accounts.ts';

/** The lines of these accounts, in their order; member lists name only users that are kept. */
export function filterAccounts(accounts: Accounts, { users, groups }: NeededAccounts): Accounts {
  const isUser = (line: AccountLine): boolean => users.has(accountName(line));
  const isGroup = (line: AccountLine): boolean => groups.has(accountName(line));
  const members = (list: string): string =>
    list
      .split(',')
      .filter((name) => users.has(name))
      .join(',');
  return {
    passwd: rewrite(accounts.passwd, isUser, {}),
    group: rewrite(accounts.group, isGroup, { 3: members }),
    shadow: rewrite(accounts.shadow, isUser, { 2: undatedChange }),
    gshadow: rewrite(accounts.gshadow, isGroup, { 2: members, 3: members }),
  };
}

/**
 * The day of the last password change, in shadow(5), is the day of the build. Empty switches password aging off, which
 * is what an image wants; 0, "must be changed at the next login", is no date and stays.
 */
const undatedChange = (day: string): string => (day === '0' ? day : '');

type FieldEdits = Readonly<Record<number, (field: string) => string>>;

function rewrite(text: string, isKept: (line: AccountLine) => boolean, edits: FieldEdits): string {
  const lines = accountLines(text).filter(isKept);
  return lines
    .map(({ fields }) => `${fields.map((field, at) => edits[at]?.(field) ?? field).join(':')}\n`)
    .join('');
}
