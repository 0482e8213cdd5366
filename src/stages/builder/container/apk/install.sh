#!/bin/sh
# install.sh ROOT MODE ARGUMENT…: runs apk on a root, from the packages Kubler has fetched. MODE is `configured`, or
# `extracted`, without scripts.
set -eu
# One stream for both, so that the log has lines in the order they were written.
exec 2>&1
umask 022
# shellcheck source=common.sh
. /.kubler/apk/common.sh
root="${1%/}"
mode="$2"
shift 2
flags=''
[ "$mode" = configured ] || flags=--no-scripts
installed="$root/lib/apk/db/installed"

# Folders that apk makes in any root.
new=''
for folder in dev proc var/cache/misc var/cache/apk var/cache var/log; do
  [ -e "$root/$folder" ] || new="$new $folder"
done

# Scripts of packages expect it, and no device can be made here.
if [ ! -e "$root/dev/null" ]; then
  mkdir -p "$root/dev"
  : >"$root/dev/null"
  chmod 666 "$root/dev/null"
fi
# A builder that is none of Alpine's has no database of its own.
[ -f "$installed" ] || apk_in "$root" add --quiet --initdb

# shellcheck disable=SC2086 # none or one
apk_in "$root" $flags "$@"

if [ -n "$root" ]; then
  rm -rf "${root:?}/dev/"* "$root/lib/apk/exec" "$root/var/log/apk.log"
  for folder in $new; do
    grep -qxF "F:$folder" "$installed" || rmdir "$root/$folder" 2>/dev/null || true
  done
fi
