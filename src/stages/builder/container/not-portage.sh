# shellcheck shell=bash
# Helpers of all package managers but Portage, which has its own: how libraries are copied, `_kubler_copy_libs`, is theirs.

for _kubler_name in update_use update_keywords mask_package unmask_package unmask_use add_patch add_overlay; do
  eval "${_kubler_name}() { die '${_kubler_name} is for Gentoo builders; this one uses ${KUBLER_PACKAGE_MANAGER}'; }"
done
unset _kubler_name

# copy_gcc_libs: GCC's run-time libraries, for programs compiled in a hook.
copy_gcc_libs() {
  _kubler_copy_libs libgcc_s libgomp libstdc++
  log_as_installed 'manual install' "gcc-libs-$(gcc -dumpfullversion 2>/dev/null || echo unknown)"
}

# copy_gfortran_libs: Fortran's run-time libraries.
copy_gfortran_libs() {
  _kubler_copy_libs libgfortran libquadmath
}
