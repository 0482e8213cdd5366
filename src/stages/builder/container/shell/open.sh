#!/bin/sh
# open.sh: the shell of `kubler shell`, in any root: bash where there is one. Without a terminal it runs standard input.
if ! command -v bash >/dev/null; then exec sh; fi
if [ -t 0 ]; then exec bash --rcfile /.kubler/shell/rc.sh -i; fi
BASH_ENV=/.kubler/shell/rc.sh exec bash
