# shellcheck shell=bash
# Helpers that only Portage can have, for the other package managers.

for _kubler_name in update_use update_keywords mask_package unmask_package unmask_use add_patch add_overlay; do
  eval "${_kubler_name}() { die '${_kubler_name} is for Gentoo builders; this one uses ${KUBLER_PACKAGE_MANAGER}'; }"
done
unset _kubler_name
