/** Shell → a script that asks `kubler complete` for the words that fit; where there is none, the shell offers files. */
export const completionScripts = {
  bash: `_kubler() {
  mapfile -t COMPREPLY < <(kubler complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -o default -F _kubler kubler
`,
  zsh: `#compdef kubler
_kubler() {
  local -a found
  found=("\${(@f)$(kubler complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ -n "\${found[1]}" ]]; then compadd -- "\${found[@]}"; else _files; fi
}
if [[ "\${funcstack[1]}" == _kubler ]]; then _kubler; else compdef _kubler kubler; fi
`,
  fish: `function __kubler_complete
  set -l given (commandline -opc)
  set -l begun (commandline -ct)
  test (count $begun) -eq 0; and set begun ''
  kubler complete -- $given[2..-1] $begun 2>/dev/null
end
complete -c kubler -n 'test (count (__kubler_complete)) -gt 0' -f -a '(__kubler_complete)'
`,
} as const;
