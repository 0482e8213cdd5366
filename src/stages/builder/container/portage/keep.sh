#!/usr/bin/env bash
# keep.sh DIRECTORY: a tar of the files that were made there; what Kubler handed in are links.
set -e -o pipefail
mkdir -p "$1"
cd "$1"
find . -type f \( -name '*.gpkg.tar' -o -name '*.xpak' -o -path './[!.]*' ! -path '*/*/*' ! -name 'Packages*' \) ! -name '*.portage_lockfile' ! -name '*.__download__' -print |
  LC_ALL=C sort | tar --create --file=- --no-recursion --verbatim-files-from --files-from=-
