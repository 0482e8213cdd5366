# shellcheck shell=bash
_packages="postgresql-15 dash"

configure_rootfs_build() {
  # Logins by PAM and SASL are left out, and what maintains clusters on a machine of its own.
  provide_package adduser debconf libpam-modules libsasl2-modules-db openssl postgresql-client-common postgresql-common ssl-cert
}

finish_rootfs_build() {
  local share="${_ROOTFS}/usr/share/postgresql/15" lib="${_ROOTFS}/usr/lib/postgresql/15/lib"
  # Modules that would bring LLVM (120 MB) and libxslt, and one that needs SELinux.
  rm "${lib}"/{llvmjit,pgxml,sepgsql}.so "${share}"/extension/xml2* "${share}/contrib/sepgsql.sql"
  printf 'postgres:x:999:\n' >>"${_ROOTFS}/etc/group"
  printf 'postgres:x:999:999::/data:/bin/sh\n' >>"${_ROOTFS}/etc/passwd"
  # What initdb starts from: for all addresses, with a password, and the socket where everyone may write.
  sed-or-die "^#listen_addresses = 'localhost'" "listen_addresses = '*'" "${share}/postgresql.conf.sample"
  sed-or-die "^#unix_socket_directories = '/tmp'" "unix_socket_directories = '/tmp'" "${share}/postgresql.conf.sample"
  printf 'host all all all scram-sha-256\n' >>"${share}/pg_hba.conf.sample"
  install -D -m 755 "${_CONFIG}/start" "${_ROOTFS}/usr/local/bin/start-postgres"
  install -d -m 700 -o 999 -g 999 "${_ROOTFS}/data"
}
