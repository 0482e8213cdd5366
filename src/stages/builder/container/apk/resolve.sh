#!/bin/sh
# resolve.sh ROOT ARGUMENT…: what apk would do in a root, decided on a copy of its database.
set -eu
umask 022
# shellcheck source=common.sh
. /.kubler/apk/common.sh
root="${1%/}"
shift
if grep -q '^v3 ' /.kubler-apk/repositories && apk --version 2>/dev/null | grep -q '^apk-tools 2'; then
  echo 'this apk reads no repository of version 3' >&2
  exit 1
fi
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
if [ -f "$root/lib/apk/db/installed" ]; then
  mkdir -p "$scratch/lib/apk" "$scratch/etc"
  cp -R "$root/lib/apk/db" "$scratch/lib/apk/"
  cp -R "$root/etc/apk" "$scratch/etc/"
else
  apk_in "$scratch" add --quiet --initdb >&2
fi
apk_in "$scratch" --simulate "$@"
