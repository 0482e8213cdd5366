# shellcheck shell=bash
# Of the standard library Debian has parts in packages of their own.
_packages="python3 python3-gdbm python3-lib2to3 python3.11-venv tzdata"

configure_rootfs_build() {
  # distutils is for building packages, and pip and setuptools are for environments that have them.
  provide_package python3-distutils python3-pip-whl python3-setuptools-whl
}

finish_rootfs_build() {
  local python="${_ROOTFS}/usr/lib/python3.11"
  # What only Python's own tests load, what needs a display, and the long texts of help().
  rm "${python}"/lib-dynload/{_ctypes_test,_test,_xxtest,xxlimited}*.so "${python}/turtle.py" "${python}/pydoc_data/topics.py"
  rm "${python}"/lib-dynload/nis.*.so
  install -m 644 "${_CONFIG}/nis.py" "${python}/nis.py"
  # The certificate bundle, without the scripts that maintain it.
  install -D -m 644 /etc/ssl/certs/ca-certificates.crt "${_ROOTFS}/etc/ssl/certs/ca-certificates.crt"
}
