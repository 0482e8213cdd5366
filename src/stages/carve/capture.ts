import type { DatabaseFormat } from './databases/database.ts';

/**
 * Commands that print what carve must know of a target root, for `sh -c` in that folder; it need not be the root they
 * run in. `tail -v` heads each file with `==> path <==`, so that one process and one stream do. Links are left out:
 * they could lead elsewhere.
 */
const printing = (files: string): string => `set -eu
for file in ${files}; do
  if [ -f "$file" ] && [ ! -L "$file" ]; then set -- "$@" "$file"; fi
done
[ $# -eq 0 ] || exec tail -v -n +1 -- "$@"`;

const accountFiles = 'etc/passwd etc/group etc/shadow etc/gshadow';

/** Prints the account files that exist, for `parseAccounts`. */
export const accountsScript = printing(accountFiles);

/** Prints the package database, if there is one, and the account files, for `parseCapture`. */
export const captureScript = ({ patterns }: DatabaseFormat): string =>
  printing([accountFiles, ...patterns].join(' '));
