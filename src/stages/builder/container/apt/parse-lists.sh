#!/bin/sh
# parse-lists.sh: prints the package lists as apt keeps them parsed (srcpkgcache.bin), which takes it half a second.
set -e
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
apt-cache gencaches -o "Dir::Cache::srcpkgcache=$dir/parsed.bin" >&2
cat "$dir/parsed.bin"
