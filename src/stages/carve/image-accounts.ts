import type { Rootfs } from '../../model/tree-entry.ts';
import { accountLines, accountName, accountNames, accountPath, type Accounts } from '../../model/accounts.ts';
import { filterAccounts } from './filter-accounts.ts';
import { mergeAccounts } from './merge-accounts.ts';
import { neededAccounts, type NeededAccounts } from './needed-accounts.ts';
import type { CarvePlan } from './plan-carve.ts';

export interface ImageAccountsOptions {
  readonly plan: CarvePlan;
  /** What was spooled of `plan.paths`. */
  readonly rootfs: Rootfs;
  readonly accounts: {
    /** The target root's, when this image's build started. */
    readonly start: Accounts;
    /** The target root's, after every hook. */
    readonly end: Accounts;
    /** The parent image's; a text that is not given is written again. */
    readonly parent?: Partial<Accounts> | undefined;
  };
  /** The image's `USER`, its own or inherited; none is root. */
  readonly user?: string | undefined;
}

/** Texts of the account files this image writes; those that its parent has just so, or that nobody needs, are absent. */
export function imageAccounts(options: ImageAccountsOptions): Partial<Accounts> {
  const { plan, accounts } = options;
  const withShadow = needsShadow(options, needed(options, false));
  const accountsNeeded = needed(options, withShadow);
  if (isDispensable(options, accountsNeeded)) return {};
  const own = filterAccounts(accounts.end, accountsNeeded);
  const { parent } = accounts;
  const texts = parent === undefined ? own : mergeAccounts({ ...accounts, parent, needed: own });
  const names = withShadow || plan.mode === 'whole' ? accountNames : (['passwd', 'group'] as const);
  const differing = names.filter((name) => texts[name] !== '' && texts[name] !== parent?.[name]);
  return Object.fromEntries(differing.map((name) => [name, texts[name]]));
}

function needed(options: ImageAccountsOptions, withShadow: boolean): NeededAccounts {
  const { plan, rootfs, accounts, user = '' } = options;
  if (plan.mode === 'whole') return everyAccount(accounts.end);
  const left = new Set<string>(withShadow ? [] : accountNames.map(accountPath));
  const entries = [...rootfs.values()].filter((entry) => !left.has(entry.path));
  return neededAccounts({
    start: accounts.start,
    end: accounts.end,
    parent: { passwd: '', group: '', shadow: '', gshadow: '', ...accounts.parent },
    uids: new Set(entries.map((entry) => entry.uid)),
    gids: new Set(entries.map((entry) => entry.gid)),
    user,
  });
}

function everyAccount({ passwd, group }: Accounts): NeededAccounts {
  const names = (text: string): Set<string> => new Set(accountLines(text).map(accountName));
  return { users: names(passwd), groups: names(group) };
}

/** Packages whose programs check passwords; nothing else reads shadow(5). */
const passwordPackages = new Set(['libpam-modules', 'login', 'passwd']);

/** Without them the file only matters if it has a password one could log in with. */
function needsShadow({ plan, accounts }: ImageAccountsOptions, { users }: NeededAccounts): boolean {
  if (plan.inheritsShadow || plan.packages.some(({ name }) => passwordPackages.has(name))) return true;
  const lines = accountLines(accounts.end.shadow).filter((line) => users.has(accountName(line)));
  return lines.some(({ fields }) => /^[^*!]/.test(fields[1] ?? ''));
}

/** A static program that runs as root, or as a bare number, looks nobody up. */
function isDispensable(
  { plan, accounts, user = '' }: ImageAccountsOptions,
  { users, groups }: NeededAccounts,
): boolean {
  const isEmpty = plan.mode === 'packages' && plan.packages.length === 0 && !accounts.parent?.passwd;
  return isEmpty && users.size <= 1 && groups.size <= 1 && /^[\d:]*$/.test(user);
}
