# shellcheck shell=bash
_packages="libc6"
