#!/usr/bin/env bash
# All tests: unit, contract, integration and end to end, on real engines. Installs what they need as root.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

scripts/install-tools.sh runc uidmap debootstrap mmdebstrap debian-archive-keyring gpgv xz-utils util-linux mount tar \
  skopeo umoci binutils libcap2-bin attr shellcheck strace busybox-static slirp4netns zsh fish faketime git gnupg openssl musl-tools
# Daemons are nothing to put on a laptop for some tests, which are skipped there and say so.
[[ "${CI:-}" != true ]] || scripts/install-tools.sh docker.io podman iproute2 openssh-server openssh-client
[[ -d node_modules ]] || npm ci --no-progress
npm run --silent build
npx vitest run --reporter=default --reporter=./test/support/closing-line.ts "$@"
