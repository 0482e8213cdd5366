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
"${hook}"
_kubler_after_hook
