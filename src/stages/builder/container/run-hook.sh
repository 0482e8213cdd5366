#!/usr/bin/env bash
# run-hook.sh NAME: runs one hook of /config/build.sh.

# One stream for both, so that the log has lines in the order they were written.
exec 2>&1

# shellcheck source=core.sh
source /.kubler/core.sh
# shellcheck source=/dev/null
source /config/build.sh
hook="$1"
# configure_bob is the former name of configure_builder.
declare -F "${hook}" >/dev/null || hook=configure_bob
cd /
_kubler_before_hook "${hook}"
# Clocks of file systems are no finer than that.
touch /run/kubler-before-hook && sleep 0.01
"${hook}"
_kubler_after_hook
# Which files of the target root are this hook's work: the kernel notes when each was changed.
if [[ -n "${_ROOTFS}" && "$1" == *_rootfs_build ]]; then
  find "${_ROOTFS}" -mindepth 1 -xdev -cnewer /run/kubler-before-hook ! -path $'*\n*' -printf "$1\\t%P\\n" \
    >>"${_KUBLER_STATE}/changed" || :
fi
