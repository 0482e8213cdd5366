#!/usr/bin/env bash
# extract.sh ARCHIVE…: unpacks archives Kubler has fetched over the target root without running any maintainer script,
# and registers them with dpkg as installed, so that later steps see them.
set -euo pipefail
umask 022
work="$(mktemp -d)"
trap 'rm -rf "${work}"' EXIT
mkdir "${work}/info"

# open_archive FILE: decompresses its files to FILE.tar; what dpkg shall know goes to FILE.stanza and info/, under the
# name in FILE.name.
open_archive() {
  local archive="/.kubler-archives/$1" control="${work}/$1" line part name='' architecture='' suffix=''
  dpkg-deb --control "${archive}" "${control}"
  while IFS= read -r line; do
    printf '%s\n' "${line}"
    case "${line}" in
      'Package: '*) name="${line#*: }" && echo 'Status: install ok installed' ;;
      'Architecture: '*) architecture="${line#*: }" ;;
      'Multi-Arch: same') suffix=same ;;
    esac
  done <"${control}/control" >"${control}.stanza"
  echo >>"${control}.stanza"
  name+="${suffix:+:${architecture}}"
  echo "${name}" >"${control}.name"
  for part in md5sums conffiles; do
    if [[ -f "${control}/${part}" ]]; then mv "${control}/${part}" "${work}/info/${name}.${part}"; fi
  done
  dpkg-deb --fsys-tarfile "${archive}" >"${control}.tar"
}

# extract_files FILE: through the directory links of a merged /usr, never replacing them; what tar names is the
# package's file list.
extract_files() {
  local opened="${work}/$1" name
  read -r name <"${opened}.name"
  tar --extract --file="${opened}.tar" --verbose --quoting-style=literal --keep-directory-symlink --directory=/ \
    --numeric-owner --preserve-permissions --xattrs --xattrs-include='*' >"${work}/info/${name}.list"
  : >"${opened}.tar"
}

# Decompressing takes longest, so it runs ahead; what lands in the root does so in order.
files=("$@")
ahead="$(nproc)"
for ((at = 0; at < $# + ahead; at++)); do
  if ((at < $#)); then
    open_archive "${files[at]}" &
    opening[at]=$!
  fi
  ((at >= ahead)) || continue
  wait "${opening[at - ahead]}"
  extract_files "${files[at - ahead]}"
done
sed --in-place -e '1i /.' -e 's,^\./,/,' -e 's,/$,,' -e '/^$/d' "${work}"/info/*.list
mv "${work}"/info/* /var/lib/dpkg/info/
cd "${work}"
# The new stanzas replace those of the same package and architecture.
cat "${files[@]/%/.stanza}" >stanzas
awk -v RS= -v ORS='\n\n' '
  function field(text, name,   lines, count, i) {
    count = split(text, lines, "\n")
    for (i = 1; i <= count; i++) if (index(lines[i], name ": ") == 1) return substr(lines[i], length(name) + 3)
    return ""
  }
  FNR == NR { fresh[field($0, "Package") ":" field($0, "Architecture")] = 1; kept[++n] = $0; next }
  !((field($0, "Package") ":" field($0, "Architecture")) in fresh) { print }
  END { for (i = 1; i <= n; i++) print kept[i] }
' stanzas /var/lib/dpkg/status >/var/lib/dpkg/status.kubler
mv /var/lib/dpkg/status.kubler /var/lib/dpkg/status
