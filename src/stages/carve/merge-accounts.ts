import {
  accountLines,
  accountName,
  accountNames,
  type AccountLine,
  type Accounts,
} from '../../model/accounts.ts';

export interface MergeAccountsOptions {
  /** The parent image's; a text that is not given is empty. */
  readonly parent: Partial<Accounts>;
  /** The target root's, when this image's build started, and now. */
  readonly start: Accounts;
  readonly end: Accounts;
  /** Of `end`, what this image needs. */
  readonly needed: Accounts;
}

/** Fields of group(5) and gshadow(5) that list users. */
const memberFields: Readonly<Record<keyof Accounts, readonly number[]>> = {
  passwd: [],
  group: [3],
  shadow: [],
  gshadow: [2, 3],
};

/**
 * The parent image's texts with what this build changed or removed in them, and what it needs besides, in the order of
 * the target root. The parent's may have lines that no target root ever had: its Dockerfile can copy them.
 */
export function mergeAccounts({ parent, ...texts }: MergeAccountsOptions): Accounts {
  const merged = accountNames.map((name) => {
    const inherited = parent[name] ?? '';
    const lines = { start: byName(texts.start[name]), end: byName(texts.end[name]) };
    return [name, mergeText(inherited, byName(texts.needed[name]), lines, memberFields[name])] as const;
  });
  return Object.fromEntries(merged) as unknown as Accounts;
}

type Lines = ReadonlyMap<string, AccountLine>;

interface Build {
  readonly start: Lines;
  readonly end: Lines;
}

const byName = (text: string): Lines => new Map(accountLines(text).map((line) => [accountName(line), line]));

function mergeText(inherited: string, needed: Lines, build: Build, lists: readonly number[]): string {
  const known = byName(inherited);
  const order = [...build.end.keys()];
  const added = order.filter((name) => needed.has(name) && !known.has(name));
  const addedBefore = (index: number): readonly string[] => {
    const count = added.filter((name) => order.indexOf(name) < index).length;
    return added.splice(0, count).map((name) => needed.get(name)?.text ?? '');
  };
  // Of a text that ends as it should, the last part is empty.
  const kept = inherited
    .replace(/\n$/, '')
    .split('\n')
    .flatMap((text) => {
      const name = text.split(':')[0] ?? '';
      const line = known.get(name);
      if (line?.text !== text) return text === '' ? [] : [text];
      if (build.start.has(name) && !build.end.has(name)) return [];
      return [...addedBefore(order.indexOf(name)), mergeLine(line, needed.get(name), build, lists)];
    });
  return [...kept, ...addedBefore(Infinity)].map((text) => `${text}\n`).join('');
}

/** Fields this build changed are as it left them; of a list of users, the parent's own stay. */
function mergeLine(
  line: AccountLine,
  needed: AccountLine | undefined,
  { start, end }: Build,
  lists: readonly number[],
): string {
  if (needed === undefined) return line.text;
  const [before, after] = [start.get(accountName(line))?.fields ?? [], end.get(accountName(line))?.fields];
  const merged = line.fields.map((field, at) => {
    if (!lists.includes(at)) return before[at] === after?.[at] ? field : (needed.fields[at] ?? field);
    const former = new Set(usersIn(before[at]));
    const own = usersIn(field).filter((user) => !former.has(user));
    return [...new Set([...usersIn(needed.fields[at]), ...own])].join(',');
  });
  return merged.join(':');
}

const usersIn = (list = ''): readonly string[] => list.split(',').filter((name) => name !== '');
