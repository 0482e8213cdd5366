# shellcheck shell=bash
# Runs in the build container only. ${_ROOTFS} is the root of the image, ${_CONFIG} this folder.

# Packages to install, separated by spaces; PACKAGE=VERSION for an exact version.
_packages="{{packages}}"

# Prepares the build container: what is done here does not reach the image.
configure_builder() {
  :
}

# Before the packages are installed.
configure_rootfs_build() {
  :
}

# After the packages are installed: add, change and remove files in ${_ROOTFS}.
finish_rootfs_build() {
  :
}
