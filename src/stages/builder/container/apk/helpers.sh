# shellcheck shell=bash
# Helpers of build.sh that depend on apk.

# shellcheck source=../not-portage.sh
source /.kubler/not-portage.sh

# apk: the real one; there is no mirror to fetch from; whatever needs none is its own affair.
apk() {
  local verb words=" $* "
  for verb in add fetch fix update upgrade; do
    [[ "${words}" == *" ${verb} "* && "${words}" != *.apk\ * ]] || continue
    if [[ -z "${_ROOTFS}" ]]; then
      die "apk ${verb}: no mirror can be reached here; name the packages of this builder in _packages"
    else
      die "apk ${verb}: no mirror can be reached here; name packages that hooks need in _builder_packages, those of the image in _packages"
    fi
  done
  command apk "$@"
}

# _kubler_copy_libs NAME…: copies shared libraries of the builder, with their links, into the target root. Where a
# package of the target root has them, though nothing there asks for it, the package is asked for.
_kubler_copy_libs() {
  local name files owner
  mkdir -p "${_ROOTFS}/usr/lib"
  for name in "$@"; do
    files=(/usr/lib/"${name}".so.[0-9]*)
    [[ -e "${files[0]}" ]] || die "cannot copy ${name}: the builder has no /usr/lib/${name}.so.*"
    if [[ -e "${_ROOTFS}${files[0]}" ]]; then
      owner="$(command apk --root "${_ROOTFS}" info --quiet --who-owns "${files[0]}" 2>/dev/null || true)"
      if [[ -n "${owner}" ]]; then printf '%s\n' "${owner}" >>"${_KUBLER_STATE}/required"; fi
    else
      cp -a "${files[@]}" "${_ROOTFS}/usr/lib/"
    fi
  done
}

# get_package_version NAME: version in the target root, else in the builder; also in $__get_package_version.
get_package_version() {
  local name="${1:?get_package_version needs a package}" root
  __get_package_version=''
  for root in "${_ROOTFS:-/}" /; do
    [[ -z "${__get_package_version}" && -f "${root}/lib/apk/db/installed" ]] || continue
    __get_package_version="$(awk -v name="${name}" -F: '$1 == "P" { here = $2 == name } here && $1 == "V" { print $2; exit }' \
      "${root}/lib/apk/db/installed")"
  done
  [[ -n "${__get_package_version}" ]] || die "get_package_version ${name}: it is not installed"
  printf '%s\n' "${__get_package_version}"
}
