#!/usr/bin/env bash
# Prints what build.sh declares as `key<TAB>value` lines; runs no hook.
# Hooks are reported as `hook<TAB>NAME` when they are defined and do more than `:`.

# shellcheck source=core.sh
source /.kubler/core.sh
rm -rf "${_KUBLER_STATE:?}"/*
if [[ -f /config/build.sh ]]; then
  # shellcheck source=/dev/null
  source /config/build.sh >&2
fi

_kubler_describe
for name in packages builder_packages keep_headers keep_static_libs headers_from static_libs_from iconv_from; do
  variable="_${name}"
  printf '%s\t%s\n' "${name}" "$(tr '\n\t' '  ' <<<"${!variable-}")"
done

for hook in configure_builder configure_bob configure_rootfs_build finish_rootfs_build; do
  declare -F "${hook}" >/dev/null || continue
  body="$(declare -f "${hook}" | sed '1,2d; $d' | tr -d ' \n;')"
  [[ "${body}" == ':' || "${body}" == 'true' ]] || printf 'hook\t%s\n' "${hook}"
done
