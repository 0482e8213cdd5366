# shellcheck shell=bash
# Installed in the builder, for hooks to work with; none of it reaches an image.
_packages="gcc libc6-dev make ca-certificates curl xz-utils"
