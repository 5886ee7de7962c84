# Bash completion of keel. The program knows its commands, options, fields and values: keel --complete WORD...
_keel() {
  local words=() part line
  # Bash ends words at = and : too; the program wants them whole.
  for part in "${COMP_WORDS[@]:1:COMP_CWORD}"; do
    if ((${#words[@]})) && [[ $part == [=:]* || ${words[-1]} == *[=:] ]]; then
      words[-1]+=$part
    else
      words+=("$part")
    fi
  done
  # What the reply replaces is the last part alone.
  part=${COMP_WORDS[COMP_CWORD]}
  if [[ $part == [=:]* ]]; then part=; fi
  local before=${words[-1]%"$part"}

  COMPREPLY=()
  while IFS= read -r line; do
    case $line in
      '*'*)
        compopt -o filenames 2>/dev/null
        mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -f -X "!$line" -- "$part"; compgen -d -- "$part")
        ;;
      *[.=])
        compopt -o nospace 2>/dev/null
        COMPREPLY+=("${line#"$before"}")
        ;;
      *) COMPREPLY+=("${line#"$before"}") ;;
    esac
  done < <("${1/#\~/$HOME}" --complete "${words[@]}" 2>/dev/null)
}
complete -F _keel keel keel-mpi
