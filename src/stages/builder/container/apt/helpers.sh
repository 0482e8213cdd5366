# shellcheck shell=bash
# Helpers of build.sh that depend on apt and dpkg.

# shellcheck source=../not-portage.sh
source /.kubler/not-portage.sh

# apt-get and apt, in a hook: there is no mirror to fetch from; whatever needs none is the tools' own affair.
_kubler_apt() {
  local tool="$1" verb words=" ${*:2} "
  for verb in install reinstall satisfy build-dep download source update upgrade full-upgrade dist-upgrade; do
    [[ "${words}" == *" ${verb} "* && "${words}" != *.deb\ * ]] || continue
    if [[ -z "${_ROOTFS}" ]]; then
      die "${tool} ${verb}: no mirror can be reached here; name the packages of this builder in _packages"
    else
      die "${tool} ${verb}: no mirror can be reached here; name packages that hooks need in _builder_packages, those of the image in _packages"
    fi
  done
  command "${tool}" "${@:2}"
}
apt-get() { _kubler_apt apt-get "$@"; }
apt() { _kubler_apt apt "$@"; }

# Directory of the host architecture's libraries: usr/lib/x86_64-linux-gnu.
_kubler_lib_dir() {
  printf 'usr/lib/%s' "$(gcc -print-multiarch 2>/dev/null || dpkg-architecture -q DEB_HOST_MULTIARCH 2>/dev/null ||
    basename "$(dirname "$(find /usr/lib -maxdepth 2 -name libc.so.6 -print -quit)")")"
}

# _kubler_copy_libs NAME…: copies shared libraries of the builder, with their links, into the target root. Where a
# package of the target root has them, though nothing there asks for it, the package is asked for.
_kubler_copy_libs() {
  local dir name files owners
  dir="$(_kubler_lib_dir)"
  mkdir -p "${_ROOTFS}/${dir}"
  for name in "$@"; do
    files=("/${dir}/${name}".so.[0-9]*)
    [[ -e "${files[0]}" ]] || die "cannot copy ${name}: the builder has no /${dir}/${name}.so.*"
    cp -a "${files[@]}" "${_ROOTFS}/${dir}/"
    owners="$(dpkg-query --admindir="${_ROOTFS}/var/lib/dpkg" --search "*/${dir##*/}/${name}.so.[0-9]*" 2>/dev/null || true)"
    if [[ -n "${owners}" ]]; then printf '%s\n' "${owners%%:*}" >>"${_KUBLER_STATE}/required"; fi
  done
}

# get_package_version NAME: version in the target root, else in the builder; also in $__get_package_version.
get_package_version() {
  local name="${1:?get_package_version needs a package}"
  __get_package_version="$(dpkg-query --admindir="${_ROOTFS}/var/lib/dpkg" -W -f '${Version}' "${name}" 2>/dev/null ||
    dpkg-query -W -f '${Version}' "${name}")"
  printf '%s\n' "${__get_package_version}"
}
