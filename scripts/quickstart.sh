#!/usr/bin/env bash
# Builds the shipped images on the native engine, shows their sizes and runs one. On Debian, as root or as an ordinary user.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

user_tools=()
[[ "$(id -u)" == 0 ]] || user_tools=(uidmap)
scripts/install-tools.sh "${user_tools[@]}" runc debootstrap debian-archive-keyring gpgv xz-utils util-linux mount tar slirp4netns
[[ -d node_modules ]] || npm ci --no-progress
[[ -f dist/main.js ]] || npm run --silent build

printf '\n$ kubler build\n'
bin/kubler.js build "$@"
printf '\n$ kubler run demo/hello\n'
bin/kubler.js run demo/hello
printf '\n$ kubler run lang/python -- python3 -c "…"\n'
bin/kubler.js run lang/python -- python3 -c 'import ssl, sqlite3, json; print(json.dumps({"sqlite": sqlite3.sqlite_version, "ssl": ssl.OPENSSL_VERSION}))'
