#!/usr/bin/env bash
# install-tools.sh PACKAGE…: makes sure Debian packages are installed. As root it installs them after naming them;
# otherwise it prints the line to paste and fails.
set -euo pipefail

missing=()
for package in "$@"; do
  dpkg-query -W -f '${db:Status-Status}' "${package}" 2>/dev/null | grep -qx installed || missing+=("${package}")
done
[[ ${#missing[@]} -gt 0 ]] || exit 0

if [[ "$(id -u)" != 0 ]]; then
  printf 'These Debian packages are needed; please run:\n  sudo apt-get install --yes --no-install-recommends %s\n' "${missing[*]}" >&2
  exit 3
fi
printf 'Installing Debian packages: %s\n' "${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -qq --yes --no-install-recommends "${missing[@]}" >/dev/null
