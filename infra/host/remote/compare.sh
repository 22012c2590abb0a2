# What differs from the plan, and whether those concerned would take it. Nothing on the host changes here.

# Sets changed (paths whose content, mode or owner differ) and touched (indexes of their services).
compare() {
  set --
  for line in $files; do
    path=${line#* * * * }
    [ -L "$path" ] || [ ! -d "$path" ] || fail write "$path" 'it is a directory'
    [ -L "$path" ] || [ ! -f "$path" ] || set -- "$@" "$path"
  done
  sums='' metas=''
  if [ $# -gt 0 ]; then
    sums=$(sha256sum -- "$@")
    metas=$(stat -c '%04a %U:%G' -- "$@")
  fi
  changed='' wanted='' touched=' '
  set --
  for line in $files; do
    concerned=${line%% *} rest=${line#* }
    sum=${rest%% *} rest=${rest#* }
    path=${rest#* * }
    meta=${rest%" $path"}
    if [ -f "$path" ] && [ ! -L "$path" ]; then
      # sha256sum begins lines whose name it had to escape with a backslash.
      actual=${sums%%"$nl"*} actual=${actual#\\} actual="${actual%% *} ${metas%%"$nl"*}"
      sums=${sums#*"$nl"} metas=${metas#*"$nl"}
      [ "$actual" != "$sum $meta" ] || continue
    fi
    changed="$changed$nl$path" wanted="$wanted$nl$meta" touched="$touched$concerned "
    set -- "$@" "$work/stage$path"
  done
  [ $# -gt 0 ] || return 0
  # tar falls back to root for a user that the host does not know.
  staged=$nl$(stat -c '%04a %U:%G' -- "$@")
  [ "$staged" = "$wanted" ] && return 0
  for file in "$@"; do
    wanted=${wanted#"$nl"} staged=${staged#"$nl"}
    [ "${staged%%"$nl"*}" = "${wanted%%"$nl"*}" ] || fail owner "${file#"$work/stage"}" "${wanted%%"$nl"*}"
    wanted=${wanted#"${wanted%%"$nl"*}"} staged=${staged#"${staged%%"$nl"*}"}
  done
}

# Splits the ledger into kept and gone; sets removed (paths).
find_what_left() {
  content "$ledger"
  ledger_before=$text
  content "$due"
  due_before=$text
  unit_list=''
  for line in $units; do unit_list="$unit_list$nl${line#? ? }"; done
  kept='' gone='' removed=''
  for entry in $ledger_before; do
    rest=${entry#* }
    case $entry in
      'file '*) if has "$paths" "${rest#* }"; then stays=yes; else stays=no removed="$removed$nl${rest#* }"; fi ;;
      'unit '*) if has "$unit_list" "${rest#? ? }"; then stays=yes; else stays=no; fi ;;
      'sysctl '*) case $sysctls in *"$nl${rest%% *} "*) stays=yes ;; *) stays=no ;; esac ;;
      'dir '*) case $paths in *"$nl$rest/"*) stays=yes ;; *) stays=no ;; esac ;;
    esac
    if [ $stays = yes ]; then kept="$kept$entry$nl"; else gone="$gone$entry$nl"; fi
  done
}

find_touched() {
  for line in $left; do
    ! has "$removed" "${line#* }" || touched="$touched${line%% *} "
  done
  for line in $services; do
    ! has "$due_before" "${line#* * }" || touched="$touched${line%% *} "
  done
  IFS=' ,'
  set -- $touched
  IFS=$nl
  touched=' '
  for index in "$@"; do
    is_touched "$index" || [ "$index" = - ] || touched="$touched$index "
  done
}

check_staged() {
  for line in $services; do
    index=${line%% *}
    is_touched "$index" && [ -e "$work/commands/$index.check" ] || continue
    run_command "$work/commands/$index.check" || fail check "$index" "$said"
  done
}
