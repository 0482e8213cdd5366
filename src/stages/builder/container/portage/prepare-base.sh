#!/usr/bin/env bash
# prepare-base.sh: brings a fresh base to where builders start: with the tree that Kubler has frozen, if it is not the base's own.
set -e -o pipefail
exec 2>&1
umask 022
# shellcheck source=environment.sh
source /.kubler/portage/environment.sh

tree=/.kubler-archives/tree.tar
if [[ -f "${tree}" ]]; then
  staging=/var/db/repos/.kubler
  rm -rf "${staging}"
  mkdir -p "${staging}"
  tar --extract --file="${tree}" --directory="${staging}" --no-same-owner
  # Snapshots have a folder around the tree, archives of git have not.
  if [[ ! -f "${staging}/profiles/repo_name" ]]; then
    mv "${staging}" "${staging}.outer"
    mv "${staging}.outer"/*/ "${staging}"
    rm -rf "${staging}.outer"
  fi
  [[ -f "${staging}/profiles/repo_name" ]] || {
    echo 'error: the tree has no profiles/repo_name: it is no repository of Portage'
    exit 1
  }
  read -r name <"${staging}/profiles/repo_name"
  location="$(portageq get_repo_path / "${name}" 2>/dev/null || true)"
  if [[ -z "${location}" ]]; then
    location="/var/db/repos/${name}"
    printf '[DEFAULT]\nmain-repo = %s\n[%s]\nlocation = %s\nauto-sync = no\n' "${name}" "${name}" "${location}" >/run/repos.conf
    if [[ -f /etc/portage/repos.conf ]]; then
      cat /run/repos.conf >>/etc/portage/repos.conf
    else
      mkdir -p /etc/portage/repos.conf
      mv /run/repos.conf "/etc/portage/repos.conf/${name}.conf"
    fi
  fi
  rm -rf "${location}"
  mkdir -p "${location%/*}"
  mv "${staging}" "${location}"
  # Where the base has no profile yet, or one of a tree it does not have.
  if [[ ! -e /etc/portage/make.profile ]]; then
    profile="$(awk -v arch="$(uname -m | sed 's/x86_64/amd64/; s/aarch64/arm64/')" '$1 == arch && $3 == "stable" { print $2; exit }' "${location}/profiles/profiles.desc")"
    if [[ -n "${profile}" ]]; then ln -sfn "${location}/profiles/${profile}" /etc/portage/make.profile; fi
  fi
fi

for tool in emerge portageq tar find; do
  command -v "${tool}" >/dev/null || {
    printf 'error: the base has no %s\n' "${tool}"
    exit 1
  }
done
# The default, which the program that writes binary packages does not take from its environment.
if ! command -v zstd >/dev/null; then
  file=/etc/portage/make.conf
  if [[ -d "${file}" ]]; then file+=/zz-kubler; fi
  printf '\nBINPKG_COMPRESS="gzip"\n' >>"${file}"
fi

[[ -e /etc/portage/make.profile ]] || {
  echo 'error: the base has no /etc/portage/make.profile, and the tree names no stable profile of this architecture'
  exit 1
}
emerge --version
