#!/bin/sh
# The loader starts and finds the mathematics. The image has no shell: this one is lent for the test.
set -eu
set -- /lib*/ld-linux*.so.*
"$1" --version
"$1" --list /usr/lib/*/libm.so.6
