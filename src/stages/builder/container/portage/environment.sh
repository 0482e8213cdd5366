# shellcheck shell=bash
# environment.sh: what Portage works with, in hooks and in the steps of Kubler's own. make.conf of the builder says the rest.

export DISTDIR=/distfiles PKGDIR=/packages PORTAGE_TMPDIR=/var/tmp
# What was fetched and built before, read-only.
export PORTAGE_RO_DISTDIRS=/.kubler-archives/distfiles
mkdir -p "${DISTDIR}" "${PKGDIR}" "${PORTAGE_TMPDIR}"

# Containers may not make namespaces, and have one user only: root. What is fetched, and where, is settled before.
export FEATURES="${BOB_FEATURES:-nodoc noinfo noman} binpkg-multi-instance -sandbox -usersandbox -userpriv -userfetch -usersync
  -ipc-sandbox -network-sandbox -pid-sandbox -mount-sandbox -parallel-fetch -merge-sync -news"
export EMERGE_DEFAULT_OPTS="${BOB_EMERGE_DEFAULT_OPTS:---buildpkg --usepkg --binpkg-respect-use=y}"
export MAKEOPTS="${BOB_MAKEOPTS:--j$(nproc)}"
# Messages of ebuilds are in the log where they were said; at its end they would hide why a build failed.
export PORTAGE_ELOG_SYSTEM=""
export NOCOLOR=true CLEAN_DELAY=0 EMERGE_WARNING_DELAY=0
if [[ -n "${BOB_GENTOO_MIRRORS:-}" ]]; then export GENTOO_MIRRORS="${BOB_GENTOO_MIRRORS}"; fi
if ! getent passwd portage >/dev/null; then export PORTAGE_USERNAME=root PORTAGE_GRPNAME=root; fi

# Portage that runs from a checkout has emerge in PATH, and perhaps not what comes with it.
if ! command -v portageq >/dev/null; then
  portageq="$(find /usr /opt /var -xdev -name portageq -type f -perm -u+x -print -quit 2>/dev/null || true)"
  PATH="${PATH}${portageq:+:${portageq%/*}}"
  unset portageq
fi

# What packages of the builder add to PATH, as in a login shell.
if [[ -f /etc/profile.env ]]; then
  # shellcheck source=/dev/null
  PATH="${PATH}:$(source /etc/profile.env && printf '%s' "${PATH}")"
  export PATH
fi

# _kubler_flags [BUILDER_]: the compiler's flags, of the target root or of the builder itself, where build.conf has some;
# otherwise those of make.conf.
_kubler_flags() {
  local name variable
  for name in CHOST CFLAGS CXXFLAGS; do
    variable="BOB_${1:-}${name}"
    unset "${name}"
    if [[ -n "${!variable:-}" ]]; then export "${name}=${!variable}"; fi
  done
  if [[ -n "${CFLAGS:-}" && -z "${CXXFLAGS:-}" ]]; then export CXXFLAGS="${CFLAGS}"; fi
}
