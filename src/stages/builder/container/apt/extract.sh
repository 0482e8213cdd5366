#!/usr/bin/env bash
# extract.sh ARCHIVE…: unpacks archives Kubler has fetched over the target root without running any maintainer script,
# and registers them with dpkg as installed, so that later steps see them.
set -euo pipefail
umask 022
info=/var/lib/dpkg/info
work="$(mktemp -d)"
trap 'rm -rf "${work}"' EXIT
for file in "$@"; do
  archive="/.kubler-archives/${file}"
  control="${work}/${file}"
  dpkg-deb --control "${archive}" "${control}"
  name='' architecture='' suffix=''
  while IFS= read -r line; do
    printf '%s\n' "${line}"
    case "${line}" in
      'Package: '*) name="${line#*: }" && echo 'Status: install ok installed' ;;
      'Architecture: '*) architecture="${line#*: }" ;;
      'Multi-Arch: same') suffix=same ;;
    esac
  done <"${control}/control" >>"${work}/stanzas"
  echo >>"${work}/stanzas"
  base="${name}${suffix:+:${architecture}}"
  # Through the directory links of a merged /usr, never replacing them; what tar names is the package's file list.
  {
    echo /.
    dpkg-deb --fsys-tarfile "${archive}" |
      tar --extract --verbose --quoting-style=literal --keep-directory-symlink --directory=/ \
        --numeric-owner --preserve-permissions --xattrs --xattrs-include='*' |
      sed -e 's,^\./,/,' -e 's,/$,,' -e '/^$/d'
  } >"${info}/${base}.list"
  for part in md5sums conffiles; do
    if [[ -f "${control}/${part}" ]]; then mv "${control}/${part}" "${info}/${base}.${part}"; fi
  done
done
# The new stanzas replace those of the same package and architecture.
awk -v RS= -v ORS='\n\n' '
  function field(text, name,   lines, count, i) {
    count = split(text, lines, "\n")
    for (i = 1; i <= count; i++) if (index(lines[i], name ": ") == 1) return substr(lines[i], length(name) + 3)
    return ""
  }
  FNR == NR { fresh[field($0, "Package") ":" field($0, "Architecture")] = 1; kept[++n] = $0; next }
  !((field($0, "Package") ":" field($0, "Architecture")) in fresh) { print }
  END { for (i = 1; i <= n; i++) print kept[i] }
' "${work}/stanzas" /var/lib/dpkg/status >/var/lib/dpkg/status.kubler
mv /var/lib/dpkg/status.kubler /var/lib/dpkg/status
