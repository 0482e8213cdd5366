# shellcheck shell=bash
_packages="python3"

configure_rootfs_build() {
  # Needed to install Python, not to run it.
  provide_package dpkg tar perl-base debconf media-types mime-support
}
