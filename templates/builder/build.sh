# shellcheck shell=bash
# Runs in the build container only.

# Packages for the hooks of images to work with; none of them reaches an image.
_packages=""

# Anything else the builder needs, once its packages are installed.
configure_builder() {
  :
}
