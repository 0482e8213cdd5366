#!/bin/sh
# extract.sh: unpacks the archives Kubler has fetched over the target root without running any maintainer script,
# and registers them with dpkg as installed, so that later steps see them.
set -e
umask 022
info=/var/lib/dpkg/info
for archive in /.kubler-archives/*.deb; do
  [ -e "$archive" ] || continue
  control=$(mktemp -d)
  dpkg-deb --control "$archive" "$control"
  name=$(sed -n 's/^Package: //p' "$control/control")
  architecture=$(sed -n 's/^Architecture: //p' "$control/control")
  base="$name"
  if grep -qx 'Multi-Arch: same' "$control/control"; then base="$name:$architecture"; fi
  # Through the directory links of a merged /usr, never replacing them; what tar names is the package's file list.
  {
    echo /.
    dpkg-deb --fsys-tarfile "$archive" |
      tar --extract --verbose --quoting-style=literal --keep-directory-symlink --directory=/ \
        --numeric-owner --preserve-permissions --xattrs --xattrs-include='*' |
      sed -e 's,^\./,/,' -e 's,/$,,' -e '/^$/d'
  } >"$info/$base.list"
  if [ -f "$control/md5sums" ]; then cp "$control/md5sums" "$info/$base.md5sums"; fi
  if [ -f "$control/conffiles" ]; then cp "$control/conffiles" "$info/$base.conffiles"; fi
  { sed -e "/^Package: /a Status: install ok installed" "$control/control"; echo; } >>/tmp/.kubler-stanzas
  rm -rf "$control"
done
if [ -f /tmp/.kubler-stanzas ]; then
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
  ' /tmp/.kubler-stanzas /var/lib/dpkg/status >/var/lib/dpkg/status.kubler
  mv /var/lib/dpkg/status.kubler /var/lib/dpkg/status
  rm -f /tmp/.kubler-stanzas
fi
