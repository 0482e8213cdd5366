# shellcheck shell=bash
# accounts.sh: users and groups that packages create in the builder, though they install into the target root.

_KUBLER_ACCOUNTS=/var/lib/kubler-accounts

# _kubler_save_accounts: remembers what accounts the builder had, unless a former step has.
_kubler_save_accounts() {
  [[ ! -d "${_KUBLER_ACCOUNTS}" ]] || return 0
  mkdir -p "${_KUBLER_ACCOUNTS}"
  local name
  for name in passwd group shadow gshadow; do
    if [[ -f "/etc/${name}" ]]; then cp -p "/etc/${name}" "${_KUBLER_ACCOUNTS}/${name}"; fi
  done
}

# _kubler_seed_accounts ROOT: an empty target root starts with the builder's accounts, so that packages find them and can add
# theirs; those that nobody needs do not get into the image.
_kubler_seed_accounts() {
  local name
  [[ ! -e "$1/etc/passwd" ]] || return 0
  mkdir -p "$1/etc"
  for name in passwd group shadow gshadow; do
    if [[ -f "${_KUBLER_ACCOUNTS}/${name}" ]]; then cp -p "${_KUBLER_ACCOUNTS}/${name}" "$1/etc/${name}"; fi
  done
}

# _kubler_merge_accounts ROOT: brings what is new since then into the target root: lines of accounts it has not, and members
# of groups. What it has stays as it is.
_kubler_merge_accounts() {
  local root="$1" name
  [[ -d "${_KUBLER_ACCOUNTS}" ]] || return 0
  for name in passwd group shadow gshadow; do
    if [[ ! -f "/etc/${name}" ]] || cmp -s "/etc/${name}" "${_KUBLER_ACCOUNTS}/${name}"; then continue; fi
    mkdir -p "${root}/etc"
    [[ -f "${root}/etc/${name}" ]] || (umask 077 && : >"${root}/etc/${name}")
    case "${name}" in passwd | group) chmod 644 "${root}/etc/${name}" ;; esac
    touch "${_KUBLER_ACCOUNTS}/${name}"
    _kubler_new_accounts "${_KUBLER_ACCOUNTS}/${name}" "/etc/${name}" "${root}/etc/${name}" >"${root}/etc/${name}.kubler"
    cat "${root}/etc/${name}.kubler" >"${root}/etc/${name}"
    rm "${root}/etc/${name}.kubler"
  done
  rm -r "${_KUBLER_ACCOUNTS}"
}

# _kubler_new_accounts BEFORE NOW ROOT: prints ROOT's file with what NOW has beyond BEFORE.
_kubler_new_accounts() {
  awk -F: -v OFS=: -v members="$([[ "$1" == *group || "$1" == *gshadow ]] && echo 1)" '
    FILENAME == ARGV[1] { before[$1] = $NF; next }
    FILENAME == ARGV[2] { if (!($1 in before)) added[$1] = $0; else if (members && $NF != before[$1]) grown[$1] = $NF; if (!($1 in now)) order[++n] = $1; now[$1] = 1; next }
    {
      if ($1 in grown) {
        count = split(grown[$1], list, ",")
        for (i = 1; i <= count; i++)
          if (index("," before[$1] ",", "," list[i] ",") == 0 && index("," $NF ",", "," list[i] ",") == 0) $NF = ($NF == "" ? "" : $NF ",") list[i]
      }
      delete added[$1]
      print
    }
    END { for (i = 1; i <= n; i++) if (order[i] in added) print added[order[i]] }
  ' "$1" "$2" "$3"
}
