#!/bin/sh
# missing-tools.sh: names the packages that bring what Kubler's own scripts need and this root has not.
works() { "$@" >/dev/null 2>&1 </dev/null; }
works command -v apk || echo apk-tools
works bash -c : || echo bash
works sh -c 'tar --version | grep -q GNU' || echo tar
works find / -maxdepth 0 -printf '%p' || echo findutils
works sh -c 'stat --format=%Y / && sort --version | grep -q GNU' || echo coreutils
