# shellcheck shell=sh
# common.sh: apk with what Kubler gives it, and nothing of the configuration of whatever root it works on.

# apk_in ROOT ARGUMENT…: apk on a root, by the frozen index and the packages that were fetched.
apk_in() {
  root_of_apk="$1"
  shift
  APK_CONFIG=/dev/null apk --root "${root_of_apk:-/}" --arch "$KUBLER_APK_ARCH" --no-network --no-cache \
    --no-progress --keys-dir /.kubler-apk/keys --repositories-file /.kubler-apk/repositories "$@" </dev/null
}

# has_database ROOT
has_database() {
  [ -f "$1/lib/apk/db/installed" ]
}
