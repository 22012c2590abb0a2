# Files, and the logs that say how to take back what was done to them:
#   file had PATH   a copy of what was there is in the log's store
#   file new PATH   nothing was there
#   dir PATH        the directory was made
#   sysctl KEY OLD  the setting's value before

replace() { # SOURCE PATH: keeps mode and owner; readers see the old file or the new one
  temporary=${2%/*}/.${2##*/}.egov
  cp -aT -- "$1" "$temporary" && mv -fT -- "$temporary" "$2" && return 0
  rm -f -- "$temporary"
  return 1
}

keep() { # LOG STORE PATHS: notes what is there now
  log=$1 store=$2 lines='' keeping=$3
  set --
  for path in $keeping; do
    if [ -e "$path" ] || [ -L "$path" ]; then
      set -- "$@" "${path#/}"
      lines="${lines}file had $path$nl"
    else
      lines="${lines}file new $path$nl"
    fi
  done
  if [ $# -gt 0 ]; then
    # Relative names: coreutils 9.1 cannot keep the modes of absolute parents.
    mkdir -p "$store" && (cd / && cp -a --parents -t "$store" -- "$@") || return 1
  fi
  printf %s "$lines" >>"$log"
}

make_directory() { # PATH LOG LOG
  made='' parent=$1
  while [ -n "$parent" ] && [ ! -d "$parent" ]; do made="dir $parent$nl$made" parent=${parent%/*}; done
  printf %s "$made" >>"$2"
  printf %s "$made" >>"$3"
  (umask 022; mkdir -p -- "$1")
}

revert_files() { # LOG STORE: the last step first
  reverted=0
  for entry in $(tac "$1"); do
    rest=${entry#* }
    case $entry in
      'file had '*) replace "$2${rest#* }" "${rest#* }" || reverted=1 ;;
      'file new '*) rm -f -- "${rest#* }" || reverted=1 ;;
      'sysctl '*) write_sysctl "${rest%% *}" "${rest#* }" || reverted=1 ;;
    esac
  done
  for entry in $(tac "$1"); do
    case $entry in 'dir '*) rmdir -- "${entry#dir }" 2>/dev/null ;; esac
  done
  return $reverted
}
