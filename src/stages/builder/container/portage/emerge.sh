#!/usr/bin/env bash
# emerge.sh ACTION ROOT PACKAGE…: shows (`pretend`), fetches (`fetch`) or installs (`install`) packages into ROOT. What only
# building needs goes into the builder, `/`.
action="$1"
root="$2"
shift 2

# shellcheck source=../core.sh
source /.kubler/core.sh
# _emerge_opt, _emerge_bin, _no_cache…
if [[ -f /config/build.sh ]]; then
  # shellcheck source=/dev/null
  source /config/build.sh >&2
fi
if [[ "${root}" == / ]]; then _kubler_flags BUILDER_; else _kubler_flags; fi
program="${_emerge_bin:-${BOB_EMERGE_BIN:-emerge}}"
# A program of a cross compiler has its own.
if [[ "${program}" != emerge ]]; then unset CHOST PKGDIR; fi

# Of a parent's packages only those with other USE flags are installed again.
options=(--verbose --nospinner --selective=y --changed-use)
for variable in "${!_no_cache@}"; do
  for name in ${!variable}; do options+=("--usepkg-exclude=$(cut -d / -f 1-2 <<<"${name}")"); done
done
# shellcheck disable=SC2206
options+=(${_emerge_opt:-${BOB_EMERGE_OPT:-}})

# What was built before, for emerge to pick from.
if [[ -d /.kubler-archives/packages ]]; then cp -rsn /.kubler-archives/packages/. "${PKGDIR:-/packages}"; fi

run_emerge() { ROOT="${root}" SYSROOT=/ "${program}" "${options[@]}" "$@"; }

# digest PATH…: one for all files below these paths.
digest() { (find "$@" -type f -print0 2>/dev/null || true) | LC_ALL=C sort -z | xargs -0r sha256sum | sha256sum | cut -d ' ' -f 1; }

# Says beside emerge's list what is settled otherwise, see parsePretend in TypeScript.
pretend() {
  local list words status=0
  list="$(run_emerge --pretend -- "$@")" || status=$?
  printf '%s\n' "${list}"
  ((status == 0)) || exit "${status}"
  # A list's elements and their order matter, not the spaces between them.
  words="${options[*]} ${program} ${!BOB_@}"
  for variable in "${!BOB_@}"; do words+=" ${variable}=${!variable}"; done
  printf 'kubler-settings %s\n' "${words//$'\n'/ }"
  printf 'kubler-conditions %s %s\n' "$( (gcc --version && ld --version) 2>/dev/null | sha256sum | cut -d ' ' -f 1)" \
    "$(digest /etc/portage/make.conf /etc/portage/patches /etc/portage/env /etc/portage/package.env /etc/portage/bashrc /etc/portage/profile)"
  if grep -q '^Total:.*Size of downloads: [1-9]' <<<"${list}"; then
    run_emerge --pretend --fetchonly -- "$@" 2>/dev/null | sed -nE 's,^[a-z+]+://[^ ]*/([^/ ?]+)( .*)?$,kubler-distfile \1,p' | LC_ALL=C sort -u
  fi
}

# The package whose build has failed: category/name-version. The folders of the others are gone.
failed_package() {
  local dir
  for dir in "${PORTAGE_TMPDIR}"/portage/*/*/temp; do
    [[ -d "${dir}" ]] || continue
    dir="${dir%/temp}"
    printf '%s' "${dir#"${PORTAGE_TMPDIR}"/portage/}"
    rm -rf "${dir}"
    return
  done
}

# without NAME PACKAGE…: the packages that are not NAME, a category/name-version.
without() {
  local name="$1" package
  for package in "${@:2}"; do
    if [[ "${name}" != *"$(_kubler_name "${package}")"-[0-9]* ]]; then printf '%s\n' "${package}"; fi
  done
}

# make_available NAME ATTEMPT PACKAGE…: on a machine of its own, what an ebuild needs only when its program runs would be
# there when it is compiled, too, and some rely on that without saying so. First that gets into the builder, then what
# else was asked for.
make_available() {
  local name="$1" attempt="$2" others=()
  shift 2
  if ((attempt == 1)); then
    printf 'kubler: %s cannot be built with what it says it needs; installing what it needs to run in the builder, too\n' "${name}"
    ROOT=/ emerge --nospinner --oneshot --onlydeps --onlydeps-with-rdeps=y "=${name}"
  else
    mapfile -t others < <(without "${name}" "$@")
    ((${#others[@]} > 0)) || return 1
    printf 'kubler: %s still cannot be built; installing the other packages of the image in the builder, too\n' "${name}"
    ROOT=/ emerge --nospinner --oneshot --noreplace "${others[@]}"
  fi
}

install_packages() {
  local name attempt
  local -A attempts=()
  until run_emerge -- "$@"; do
    name="$(failed_package)"
    [[ -n "${name}" && "${root}" != / ]] || return 1
    attempt=$((${attempts[${name}]:-0} + 1))
    attempts["${name}"]="${attempt}"
    ((attempt <= 2)) || return 1
    make_available "${name}" "${attempt}" "$@" || return 1
  done
}

case "${action}" in
  pretend) pretend "$@" ;;
  fetch) run_emerge --fetchonly -- "$@" 2>&1 ;;
  install)
    exec 2>&1
    rm -rf "${PORTAGE_TMPDIR}/portage"
    if [[ "${root}" != / ]]; then
      _kubler_save_accounts
      _kubler_seed_accounts "${root}"
    fi
    install_packages "$@" || exit 1
    _kubler_settle_root "${root}"
    ;;
esac
