#!/bin/sh
# prepare.sh ROOT MODE ARGUMENT…: as install.sh, and root's account where no package has brought it.
set -eu
sh /.kubler/apk/install.sh "$@"
root="${1%/}"
[ ! -e "$root/etc/passwd" ] || exit 0
umask 022
echo 'root:x:0:0:root:/root:/bin/sh' >"$root/etc/passwd"
echo 'root:x:0:' >"$root/etc/group"
echo 'root:*::0:::::' >"$root/etc/shadow"
chmod 640 "$root/etc/shadow"
# A package that has them may replace them.
mkdir -p "$root/etc/apk/protected_paths.d"
printf -- '-etc/%s\n' passwd group shadow >"$root/etc/apk/protected_paths.d/kubler.list"
