# shellcheck shell=bash
# Helpers of build.sh that depend on Portage.

# shellcheck source=environment.sh
source /.kubler/portage/environment.sh
# shellcheck source=accounts.sh
source /.kubler/portage/accounts.sh

# Where what the hooks of a build leave for others used to be.
export _ROOTFS_BACKUP=/backup-rootfs
_DOC_FOOTER_PURGED="${_KUBLER_STATE}/purged"
_DOC_FOOTER_INCLUDES="${_KUBLER_STATE}/included"

# _kubler_before_hook HOOK: hooks that fill the target root have it as ROOT, so that emerge installs there. The others
# configure the builder itself.
_kubler_before_hook() {
  local arch
  arch="$(portageq envvar ARCH)"
  _LIB="$(portageq envvar "LIBDIR_${arch}")"
  _LIB="${_LIB:-lib}"
  export _LIB
  mkdir -p "${_ROOTFS_BACKUP}"
  _KUBLER_HOOK="$1"
  if [[ -z "${_ROOTFS}" || "$1" == configure_b* ]]; then
    if [[ -n "${_ROOTFS}" ]]; then _kubler_save_accounts; fi
    _kubler_flags BUILDER_
  else
    _kubler_save_accounts
    _kubler_seed_accounts "${_ROOTFS}"
    export ROOT="${_ROOTFS}"
    _kubler_flags
  fi
}

# _kubler_describe: the base layout is a package like others.
_kubler_describe() {
  if [[ -n "${BOB_INSTALL_BASELAYOUT:-}" && -n "${_packages:-}" ]]; then _packages="sys-apps/baselayout ${_packages}"; fi
}

# _kubler_after_hook: see _kubler_settle_root.
_kubler_after_hook() { _kubler_settle_root "${ROOT:-/}"; }

# _kubler_settle_root ROOT: users that packages made in the builder are the target root's; and what Portage's database
# there does not say is noted beside it.
_kubler_settle_root() {
  local root="$1"
  if [[ "${root}" == / ]]; then return; fi
  _kubler_merge_accounts "${root}"
  if [[ -d "${root}/var/db/pkg" ]]; then ROOT=/ portageq envvar USE_EXPAND >"${root}/var/db/pkg/.use-expand"; fi
  # What the original does for images with a base layout.
  if [[ -n "${BOB_INSTALL_BASELAYOUT:-}" && -d "${root}/var" && ! -e "${root}/var/run" && ! -L "${root}/var/run" ]]; then
    mkdir -p "${root}/run"
    ln -s /run "${root}/var/run"
  fi
}

# _kubler_portage_file KIND: where Kubler writes settings of a kind, such as package.use: a file of its own, or the user's.
_kubler_portage_file() {
  local path="/etc/portage/$1"
  if [[ -f "${path}" ]]; then
    printf '%s' "${path}"
  else
    mkdir -p "${path}"
    printf '%s/zz-kubler' "${path}"
  fi
}

_kubler_is_keyword() { [[ "$1" =~ ^(~?\*|\*\*|~.+)$ ]] || grep -qsxF -- "$1" /var/db/repos/*/profiles/arch.list; }

# update_use [ATOM…] +FLAG -FLAG…: sets USE flags of packages, or of all without an atom. A keyword instead of a flag
# (+~amd64, +**), or kw::KEYWORD and license::NAME, sets those. Atoms after flags begin anew.
update_use() {
  local word name kind atoms=() fresh=''
  (($# > 0)) || die 'update_use needs a flag'
  for word in "$@"; do
    case "${word}" in
      [+-]*)
        fresh=1
        name="${word:1}"
        kind=use
        case "${name}" in
          use::*) name="${name#*::}" ;;
          kw::* | keyword::*) kind=accept_keywords name="${name#*::}" ;;
          lic::* | license::*) kind=license name="${name#*::}" ;;
          *) if _kubler_is_keyword "${name}"; then kind=accept_keywords; fi ;;
        esac
        [[ "${word}" != -* ]] || name="-${name}"
        _kubler_update_package "${kind}" "${name}" ${atoms[@]+"${atoms[@]}"}
        ;;
      %* | \?*) die "update_use ${word}: only +NAME and -NAME are understood" ;;
      *)
        if [[ -n "${fresh}" ]]; then atoms=() fresh=''; fi
        atoms+=("${word}")
        ;;
    esac
  done
  [[ -n "${fresh}" ]] || die "update_use $*: names no flag"
}

# _kubler_update_package KIND VALUE [ATOM…]: one setting of these packages, or of all.
_kubler_update_package() {
  local kind="$1" value="$2" file variable
  shift 2
  if (($# > 0)); then
    file="$(_kubler_portage_file "package.${kind}")"
    printf "%s ${value}\n" "$@" >>"${file}"
    return
  fi
  file=/etc/portage/make.conf
  if [[ -d "${file}" ]]; then file+=/zz-kubler; fi
  case "${kind}" in use) variable=USE ;; license) variable=ACCEPT_LICENSE ;; *) variable=ACCEPT_KEYWORDS ;; esac
  # shellcheck disable=SC2016
  printf '%s="${%s} %s"\n' "${variable}" "${variable}" "${value}" >>"${file}"
}

# update_keywords ATOM… +KEYWORD…: accepts versions of packages that are not stable (+~amd64), or without any keyword (+**).
update_keywords() { update_use "$@"; }

# mask_package ATOM…: never to be installed.
mask_package() { printf '%s\n' "$@" >>"$(_kubler_portage_file package.mask)"; }

# unmask_package ATOM…: may be installed although its repository masks it.
unmask_package() { printf '%s\n' "$@" >>"$(_kubler_portage_file package.unmask)"; }

# unmask_use ATOM FLAG…: flags that the profile forbids may be set.
unmask_use() {
  mkdir -p /etc/portage/profile
  printf "${1:?unmask_use needs an atom} -%s\n" "${@:2}" >>/etc/portage/profile/package.use.mask
}

# _kubler_name ATOM: `>=app-misc/hello-1.2:0` → `app-misc/hello`.
_kubler_name() { sed -E 's/^[!<>=~]+//; s/[:[].*$//; s/-[0-9][^-]*(-r[0-9]+)?\*?$//' <<<"$1"; }

_KUBLER_PROVIDED=/etc/portage/profile/package.provided

# provide_package ATOM…: Portage takes packages as installed, in the version it would have installed: they, and what only
# they need, are neither built nor in the image.
provide_package() {
  local atom name version
  mkdir -p "${_KUBLER_PROVIDED%/*}"
  touch "${_KUBLER_PROVIDED}"
  for atom in "$@"; do
    name="$(_kubler_name "${atom}")"
    printf '%s\n' "${name}" >>"${_KUBLER_STATE}/provided"
    if grep -qE "^${name//+/\\+}-[0-9]" "${_KUBLER_PROVIDED}"; then continue; fi
    version="$(portageq best_visible / "${atom}")" || die "provide_package ${atom}: no repository has it, or it is masked"
    printf '%s\n' "${version}" >>"${_KUBLER_PROVIDED}"
  done
}

# unprovide_package ATOM…: takes provide_package back, the parent image's too.
unprovide_package() {
  local atom name
  for atom in "$@"; do
    name="$(_kubler_name "${atom}")"
    printf '%s\n' "${name}" >>"${_KUBLER_STATE}/unprovided"
    if [[ -f "${_KUBLER_PROVIDED}" ]]; then sed -i -E "\\%^${name//+/\\+}-[0-9]%d" "${_KUBLER_PROVIDED}"; fi
  done
}

# uninstall_package ATOM…: takes packages out of the target root that only the build needed.
uninstall_package() {
  emerge --unmerge --nospinner "$@"
  printf '%s\n' "$@" >>"${_KUBLER_STATE}/uninstalled"
}

# add_patch ATOM URL [NAME] sha256:HEX: a patch that Portage applies when it builds the package.
add_patch() {
  local atom="${1:?add_patch needs an atom}" url="${2:?add_patch needs a URL}" dir="/etc/portage/patches/$1" name
  download_file "${@:2}"
  # shellcheck disable=SC2154
  name="${__download_file##*/}"
  [[ "${name}" == *.patch || "${name}" == *.diff ]] || name+=.patch
  mkdir -p "${dir}"
  cp "${__download_file}" "${dir}/${name}"
}

# is_installed_overlay NAME: 0 when Portage knows a repository of that name, 3 otherwise.
is_installed_overlay() {
  local name
  for name in $(portageq get_repos /); do
    if [[ "${name}" == "$1" ]]; then return 0; fi
  done
  return 3
}

# add_overlay NAME [URL] [MODE]: adds a repository and fetches it; MODE is git, or another one of `sync-type` in portage(5).
# Without a URL eselect has to know it.
add_overlay() {
  local name="${1:?add_overlay needs a name}" url="${2:-}" mode="${3:-git}" file=/etc/portage/repos.conf
  if is_installed_overlay "${name}"; then return; fi
  if [[ -z "${url}" ]]; then
    command -v eselect >/dev/null || die "add_overlay ${name}: give its address too, this builder has no eselect"
    eselect repository enable "${name}"
  else
    if [[ ! -f "${file}" ]]; then
      mkdir -p "${file}"
      file+="/${name}.conf"
    fi
    printf '\n[%s]\nlocation = /var/db/repos/%s\nsync-type = %s\nsync-uri = %s\n' "${name}" "${name}" "${mode}" "${url}" >>"${file}"
  fi
  ROOT=/ emaint sync -r "${name}"
}

# _kubler_copy_libs NAME…: copies the compiler's run-time libraries into the target root.
_kubler_copy_libs() {
  local name file
  mkdir -p "${_ROOTFS}/${_LIB}"
  for name in "$@"; do
    file="$(gcc -print-file-name="${name}")"
    [[ "${file}" == /* ]] || die "cannot copy ${name}: the compiler of the builder has none"
    cp -L "${file}" "${_ROOTFS}/${_LIB}/${name}"
  done
}

# copy_gcc_libs: GCC's run-time libraries, for what is compiled without Portage, or where no package of them is wanted.
copy_gcc_libs() {
  _kubler_copy_libs libgcc_s.so.1 libgomp.so.1 libstdc++.so.6
  log_as_installed 'manual install' "gcc-libs-$(gcc -dumpfullversion)"
}

# copy_gfortran_libs: Fortran's run-time libraries.
copy_gfortran_libs() { _kubler_copy_libs libgfortran.so.5 libquadmath.so.0; }

# get_package_version ATOM: category/name-version in the target root, else in the builder; also in $__get_package_version.
get_package_version() {
  local atom="${1:?get_package_version needs an atom}"
  __get_package_version="$(portageq best_version "${_ROOTFS:-/}" "${atom}" || true)"
  [[ -n "${__get_package_version}" ]] || __get_package_version="$(portageq best_version / "${atom}" || true)"
  [[ -n "${__get_package_version}" ]] || die "get_package_version ${atom}: it is not installed"
  printf '%s\n' "${__get_package_version}"
}

# write_checkbox_line LABEL CHECKED FILE [NEGATE]: a line of a list with boxes, for PACKAGES.md.
write_checkbox_line() {
  local mark=x
  if [[ -z "$2" || "$2" == false ]]; then mark=' '; fi
  if [[ -n "${4:-}" ]]; then if [[ "${mark}" == x ]]; then mark=' '; else mark=x; fi; fi
  printf -- '- [%s] %s\n' "${mark}" "$1" >>"$3"
}

# fix_portage_profile_symlink [DIR]: has make.profile lead into the repository at DIR.
fix_portage_profile_symlink() {
  local dir="${1:-/var/db/repos/gentoo}" profile
  profile="$(readlink -m /etc/portage/make.profile)"
  [[ "${profile}" == */profiles/* ]] || die "fix_portage_profile_symlink: make.profile leads to ${profile}"
  ln -srfn "${dir}/profiles/${profile#*/profiles/}" /etc/portage/make.profile
}

# extract_build_dependencies KIND: accepted from older build.sh files; what parents installed is still there to build against.
extract_build_dependencies() { :; }

# generate_package_installed ATOM…: accepted from older build.sh files; Portage's database says what is installed.
generate_package_installed() { :; }

# generate_doc_package_installed ATOM…: the same.
generate_doc_package_installed() { :; }

# generate_documentation_footer: the same.
generate_documentation_footer() { :; }

# install_git_postsync_hooks: accepted from older build.sh files; the tree of a builder is frozen and never synced in it.
install_git_postsync_hooks() { :; }

# download_from_oracle URL: refused; such files cannot be fetched without a login.
download_from_oracle() { die "download_from_oracle ${1-}: Oracle asks for a login; use download_file with a checksum and another source"; }

# install_oci_deps: refused; the tools it installed are gone.
install_oci_deps() { die 'install_oci_deps: acbuild and acserver are gone; Kubler makes OCI images by itself'; }
