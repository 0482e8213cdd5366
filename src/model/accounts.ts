/** Texts of the four account files (passwd(5), group(5), shadow(5), gshadow(5)); empty for one that is not there. */
export interface Accounts {
  readonly passwd: string;
  readonly group: string;
  readonly shadow: string;
  readonly gshadow: string;
}

/** The account files, in the order they are written. */
export const accountNames = ['passwd', 'group', 'shadow', 'gshadow'] as const;

/** Where an account file is in a root filesystem. */
export const accountPath = (name: keyof Accounts): string => `etc/${name}`;

/** The largest user or group number: containers are not run as ones beyond it. */
export const largestId = 2 ** 31 - 1;

/** One line of an account file; `fields[0]` is the name. */
export interface AccountLine {
  readonly text: string;
  readonly fields: readonly string[];
}

/** The lines of an account file that hold an account, in file order. */
export function accountLines(text: string): AccountLine[] {
  const lines = text.split('\n').filter((line) => line.includes(':') && !line.startsWith('#'));
  return lines.map((line) => ({ text: line, fields: line.split(':') }));
}

/** Name of an account line. */
export const accountName = (line: AccountLine): string => line.fields[0] ?? '';

/** A numeric field, such as the uid; NaN when it is not a whole number. */
export function accountNumber(line: AccountLine, field: number): number {
  const text = line.fields[field] ?? '';
  return /^\d+$/.test(text) ? Number(text) : NaN;
}

/** The user names in the member list of a group(5) line. */
export const groupMembers = (line: AccountLine): string[] =>
  (line.fields[3] ?? '').split(',').filter((name) => name !== '');

/** The line of passwd(5) or group(5) with this name, else with this number; one without a number counts for nothing. */
export function findAccount(text: string, wanted: string): AccountLine | undefined {
  const lines = accountLines(text).filter((line) => !Number.isNaN(accountNumber(line, 2)));
  return (
    lines.find((line) => accountName(line) === wanted) ??
    lines.find((line) => String(accountNumber(line, 2)) === wanted)
  );
}
