# shellcheck shell=bash
_packages="libc6"

finish_rootfs_build() {
  # The C library's debugging aids, and a name service nobody uses.
  rm "${_ROOTFS}"/usr/lib/*/{libmemusage.so,libpcprofile.so,libc_malloc_debug.so.0,libthread_db.so.1,libnss_hesiod.so.2}
}
