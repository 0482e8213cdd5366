# shellcheck shell=bash
_packages="curl"

finish_rootfs_build() {
  # The certificate bundle, without the scripts that maintain it: ca-certificates would bring openssl and debconf.
  install -D -m 644 /etc/ssl/certs/ca-certificates.crt "${_ROOTFS}/etc/ssl/certs/ca-certificates.crt"
}
