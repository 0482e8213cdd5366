/**
 * Commands that print what carve must know of a target root, for `sh -c` in a container whose `/` is that root.
 * `tail -v` heads each file with `==> /path <==`, so that one process and one stream do; dash and coreutils suffice.
 */

const accountFiles = '/etc/passwd /etc/group /etc/shadow /etc/gshadow';

/** Prints the account files that exist, for `parseAccounts`. */
export const accountsScript = `set -eu
for file in ${accountFiles}; do [ ! -e "$file" ] || set -- "$@" "$file"; done
[ $# -eq 0 ] || exec tail -v -n +1 -- "$@"`;

/** Prints dpkg's database and the account files, for `parseCapture`; fails when there is no database. */
export const captureScript = `set -eu
for file in ${accountFiles} /var/lib/dpkg/diversions; do [ ! -e "$file" ] || set -- "$@" "$file"; done
exec tail -v -n +1 -- "$@" /var/lib/dpkg/info/*.list /var/lib/dpkg/info/*.md5sums /var/lib/dpkg/status`;
