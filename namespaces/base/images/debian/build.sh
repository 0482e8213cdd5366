# shellcheck shell=bash
_packages=""
