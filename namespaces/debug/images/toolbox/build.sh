# shellcheck shell=bash
_packages="bash busybox curl iproute2 lsof ncurses-base openssl procps strace tcpdump"

configure_rootfs_build() {
  # For servers, and for scripts that maintain accounts and settings.
  provide_package libsasl2-modules-db debconf adduser
}

finish_rootfs_build() {
  local applet
  # Queues of ATM networks, which nobody has.
  rm "${_ROOTFS}"/usr/lib/*/tc/q_atm.so
  # The certificate bundle, without the scripts that maintain it.
  install -D -m 644 /etc/ssl/certs/ca-certificates.crt "${_ROOTFS}/etc/ssl/certs/ca-certificates.crt"
  # What no other package brings: last in PATH. The builder is of the same release, so busybox runs here.
  mkdir "${_ROOTFS}/busybox"
  for applet in $("${_ROOTFS}/bin/busybox" --list); do
    ln -s /bin/busybox "${_ROOTFS}/busybox/${applet}"
  done
  ln -sf busybox "${_ROOTFS}/bin/sh"
  # Debian's would set another prompt.
  rm "${_ROOTFS}/etc/bash.bashrc"
  # tcpdump becomes this user, who has to be allowed to write captures.
  printf 'tcpdump:x:0:0:tcpdump:/:/bin/bash\n' >>"${_ROOTFS}/etc/passwd"
  # The root of the container whose processes are shared.
  ln -s /proc/1/root "${_ROOTFS}/target"
}
