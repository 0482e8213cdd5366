# shellcheck shell=bash
_packages="curl"

configure_rootfs_build() {
  # SASL's password database, and Berkeley DB with it, are for servers.
  provide_package libsasl2-modules-db
}

finish_rootfs_build() {
  # The certificate bundle, without the scripts that maintain it: ca-certificates would bring openssl and debconf.
  install -D -m 644 /etc/ssl/certs/ca-certificates.crt "${_ROOTFS}/etc/ssl/certs/ca-certificates.crt"
}
