# shellcheck shell=bash
# rc.sh: what a shell has that hooks have: their environment, the helpers, and build.sh, whose hooks can be called.
unset BASH_ENV
# shellcheck source=../core.sh
source /.kubler/core.sh
PATH="/.kubler/shell:${PATH}"
# shellcheck source=/dev/null
[[ ! -f /config/build.sh ]] || source /config/build.sh

# A hook ends with the first command that fails; a shell goes on.
set +eE +o pipefail
trap - ERR USR1

if [[ $- == *i* ]]; then
  # die MESSAGE: ends what runs, not the shell.
  die() {
    printf 'error: %s\n' "${1:-a hook gave up}" >&2
    kill -s INT "$$"
  }
  PS1="${KUBLER_SUBJECT:-kubler}:\w\\$ "
  printf '%s\n' "${KUBLER_GREETING:-}"
fi
