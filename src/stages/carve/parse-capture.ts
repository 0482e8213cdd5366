import { KublerError } from '../../errors.ts';
import type { Accounts } from '../../model/accounts.ts';
import type { DatabaseFormat, PackageDatabase } from './databases/database.ts';

/** What carve knows of a target root besides its listing. */
export interface Capture {
  readonly state: PackageDatabase;
  readonly accounts: Accounts;
}

/**
 * Reads what `captureScript` printed. Without a package database there are no packages; when one is `expected`, that
 * is `ROOTFS_INVALID`.
 */
export function parseCapture(
  stdout: string,
  format: DatabaseFormat,
  database: 'expected' | 'optional' = 'expected',
): Capture {
  const files = splitCapture(stdout);
  if (database === 'expected' && ![...files.keys()].some((path) => path.startsWith(`/${format.path}`))) {
    throw new KublerError('ROOTFS_INVALID', `cannot read the package database: /${format.path} is missing`);
  }
  return { state: format.parse(files), accounts: toAccounts(files) };
}

/** Reads what `accountsScript` printed. */
export const parseAccounts = (stdout: string): Accounts => toAccounts(splitCapture(stdout));

/** File → exact text. `tail -v` writes an empty line before each header but the first. */
function splitCapture(stdout: string): Map<string, string> {
  const parts = stdout.split(/^==> ((?:etc|(?:usr\/)?lib\/apk\/db|var\/lib\/dpkg|var\/db\/pkg)\/.+) <==\n/m);
  const files = new Map<string, string>();
  for (let index = 1; index < parts.length; index += 2) {
    const text = parts[index + 1] ?? '';
    const isLast = index + 2 >= parts.length;
    files.set(`/${parts[index] ?? ''}`, isLast ? text : text.replace(/\n$/, ''));
  }
  return files;
}

function toAccounts(files: ReadonlyMap<string, string>): Accounts {
  const text = (name: string): string => files.get(`/etc/${name}`) ?? '';
  return { passwd: text('passwd'), group: text('group'), shadow: text('shadow'), gshadow: text('gshadow') };
}
