# shellcheck shell=bash
_packages="redis-server redis-tools"

configure_rootfs_build() {
  # What maintainer and init scripts use, and two libraries that stand-ins replace: of systemd, which brings 3.5 MB, and
  # jemalloc, which brings 3 MB, most of it the library of C++. docs/minimal-images.md says what that means.
  provide_package adduser lsb-base libsystemd0 libjemalloc2
}

# Compiles a library in the place of a larger one: NAME SONAME [LINKER-FLAG…].
_stand_in() {
  local library
  library="$(echo "${_ROOTFS}"/usr/lib/*/"$2")"
  rm -f "${library}"
  gcc -Os -s -shared -fPIC -Wall -Wextra -Werror -Wl,-soname,"$2" "${@:3}" -o "${library}" "${_CONFIG}/$1.c"
}

finish_rootfs_build() {
  local conf="${_ROOTFS}/etc/redis/redis.conf"
  printf 'redis:x:999:\n' >>"${_ROOTFS}/etc/group"
  printf 'redis:x:999:999::/data:/usr/sbin/nologin\n' >>"${_ROOTFS}/etc/passwd"
  install -d -o 999 -g 999 "${_ROOTFS}/data"
  # In the foreground, logging to the container's stream, for whoever the container's network lets in.
  sed-or-die '^daemonize yes$' 'daemonize no' "${conf}"
  sed-or-die '^bind 127\.0\.0\.1 -::1$' 'bind * -::*' "${conf}"
  sed-or-die '^protected-mode yes$' 'protected-mode no' "${conf}"
  sed-or-die '^pidfile .*' 'pidfile ""' "${conf}"
  sed-or-die '^logfile .*' 'logfile ""' "${conf}"
  sed-or-die '^dir .*' 'dir /data' "${conf}"
  printf 'LIBSYSTEMD_209 { global: sd_notify; };\n' >/tmp/systemd.map
  _stand_in systemd libsystemd.so.0 -Wl,--version-script=/tmp/systemd.map
  _stand_in jemalloc libjemalloc.so.2
}
