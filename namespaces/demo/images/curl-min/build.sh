# shellcheck shell=bash
_packages="curl"

configure_rootfs_build() {
  # The protocols LDAP and RTMP, which bring GnuTLS beside OpenSSL.
  provide_package libldap-2.5-0 librtmp1
}

finish_rootfs_build() {
  local library soname
  printf 'OPENLDAP_2.5 { global: ber_*; ldap_*; };\n' >/tmp/ldap.map
  for soname in librtmp.so.1 libldap-2.5.so.0 liblber-2.5.so.0; do
    library="$(echo "${_ROOTFS}"/usr/lib/*/"${soname}")"
    rm "${library}"
    gcc -Os -s -shared -fPIC -Wl,-soname,"${soname}",--version-script=/tmp/ldap.map -o "${library}" "${_CONFIG}/stand-in.c"
  done
  # The certificate bundle, without the scripts that maintain it: ca-certificates would bring openssl and debconf.
  install -D -m 644 /etc/ssl/certs/ca-certificates.crt "${_ROOTFS}/etc/ssl/certs/ca-certificates.crt"
}
