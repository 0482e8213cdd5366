# shellcheck shell=bash
# No packages: one static program, compiled in the builder.
_packages=""

configure_rootfs_build() {
  mkdir -p "${_ROOTFS}/usr/bin"
  gcc -Os -static -s -o "${_ROOTFS}/usr/bin/hello" "${_CONFIG}/hello.c"
  log_as_installed 'manual install' 'hello-1.0' 'static, with glibc'
}
