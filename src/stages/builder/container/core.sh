# shellcheck shell=bash
# The container side of a build: sourced before every hook, in the build container only.
# It gives build.sh its environment and the helpers that every package manager shares.

set -eE -o pipefail
umask 022

# The image folder (read-only), the target root, and the names they had before.
export _CONFIG=/config
export _ROOTFS="${_ROOTFS-/emerge-root}"
export _EMERGE_ROOT="${_ROOTFS}"
export _LIB=lib
export PATH="/.kubler/bin:${PATH}"

# What hooks tell Kubler: one line-based file per subject, read after the last hook.
_KUBLER_STATE=/var/lib/kubler
mkdir -p "${_KUBLER_STATE}"

# A private certificate authority is added to the system's, for this run only.
if [[ -f /.kubler-ca.pem ]]; then
  cat /etc/ssl/certs/ca-certificates.crt /.kubler-ca.pem >/run/kubler-ca.pem 2>/dev/null || cp /.kubler-ca.pem /run/kubler-ca.pem
  export SSL_CERT_FILE=/run/kubler-ca.pem CURL_CA_BUNDLE=/run/kubler-ca.pem
fi

# The hook's own standard error, wherever the commands in it send theirs.
exec {_KUBLER_LOG}>&2

# _kubler_fail STATUS: ends the hook, and names the line of build.sh that it came to, for the error message.
_kubler_fail() {
  local frame
  for ((frame = 1; frame < ${#BASH_SOURCE[@]}; frame++)); do
    if [[ "${BASH_SOURCE[frame]}" == /config/* ]]; then
      printf 'kubler-failed-at %s %s %s\n' "${BASH_SOURCE[frame]#/config/}" "${BASH_LINENO[frame - 1]}" "$1" >&"${_KUBLER_LOG}"
      break
    fi
  done
  exit "$1"
}
trap '_kubler_fail "$?"' ERR

# From a subshell: `exit` would end nothing else, and a condition around it would hide its status.
_KUBLER_DEATH=/run/kubler-death
trap 'exit "$(<"${_KUBLER_DEATH}")"' USR1

# die MESSAGE [STATUS]: ends the hook, in a condition or a subshell too.
die() {
  local status="${2:-1}"
  printf 'error: %s\n' "${1:-a hook gave up}" >&"${_KUBLER_LOG}"
  if [[ "${BASHPID}" != "$$" ]]; then
    printf '%s\n' "${status}" >"${_KUBLER_DEATH}"
    kill -s USR1 "$$"
  fi
  _kubler_fail "${status}"
}

# download_file URL [NAME] sha256:HEX: fetches a file into /distfiles unless it is there and checks it.
# The path is in $__download_file.
download_file() {
  local url="${1:?download_file needs a URL}" name='' checksum='' argument
  for argument in "${@:2}"; do
    if [[ "${argument}" == sha256:* ]]; then checksum="${argument#sha256:}"; else name="${argument}"; fi
  done
  [[ -n "${name}" ]] || name="${url##*/}"
  [[ "${checksum}" =~ ^[0-9a-f]{64}$ ]] || die "download_file ${url}: give its checksum as sha256:HEX (64 digits)"
  __download_file="/distfiles/${name}"
  mkdir -p /distfiles
  if [[ ! -f "${__download_file}" ]]; then
    curl --fail --location --silent --show-error --retry 3 --output "${__download_file}.part" "${url}" ||
      die "download_file ${url}: it cannot be fetched"
    mv "${__download_file}.part" "${__download_file}"
  fi
  local found
  found="$(sha256sum "${__download_file}")"
  if [[ "${found%% *}" != "${checksum}" ]]; then
    rm -f "${__download_file}"
    die "download_file ${url}: wrong checksum, expected ${checksum}, got ${found%% *}"
  fi
}

# log_as_installed GROUP NAME-VERSION [NOTE]: lists something no package manager knows of.
log_as_installed() {
  printf '%s\t%s\t%s\n' "${1:?log_as_installed needs a group}" "${2:?log_as_installed needs a name-version}" "${3-}" \
    >>"${_KUBLER_STATE}/logged"
}

# provide_package NAME…: treat packages as already there: they, and what only they need, stay out of the image.
provide_package() {
  printf '%s\n' "$@" >>"${_KUBLER_STATE}/provided"
}

# unprovide_package NAME…: takes provide_package back, the parent image's too.
unprovide_package() {
  printf '%s\n' "$@" >>"${_KUBLER_STATE}/unprovided"
}

# uninstall_package NAME…: leaves installed packages, and what only they need, out of the image.
uninstall_package() {
  provide_package "$@"
}

# get_file_mod_stamp FILE: prints its modification time in seconds.
get_file_mod_stamp() {
  stat --format=%Y "${1:?get_file_mod_stamp needs a file}"
}

# copy_from_builder_if_changed FILE STAMP: copies a file into the target root if it is newer than STAMP.
copy_from_builder_if_changed() {
  local file="${1:?copy_from_builder_if_changed needs a file}" stamp="${2:-0}"
  if [[ "$(get_file_mod_stamp "${file}")" -gt "${stamp}" ]]; then
    cp -a "${file}" "${_ROOTFS}${file}"
  fi
}

# init_docs: accepted from older build.sh files; package lists need no preparation here.
init_docs() { :; }

# What a package manager does around hooks; with the name of the hook.
_kubler_before_hook() { :; }
_kubler_after_hook() { :; }

# _kubler_describe: what it makes of the variables of build.sh before they are reported.
_kubler_describe() { :; }

# What depends on the package manager.
# shellcheck source=apt/helpers.sh
source "/.kubler/${KUBLER_PACKAGE_MANAGER:?}/helpers.sh"
