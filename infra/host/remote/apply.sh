# Brings one host to a role's wanted state, as a transaction. After the bundle, standard input brings the answer to
# "confirm greeting" or "confirm login": "yes", or the reason why not. Standard output speaks in lines: "did WHAT",
# "armed", "confirm HOW", and at the end either "ok", or "failed KIND SUBJECT", for a change that was taken back "returned KIND
# SUBJECT", and the words of whoever refused.
#
# A change that can cut the host off is armed before its first step (arm.sh): it is taken back also if nobody is left to
# say so here.
#
# /var/lib/egov/configurations/ROLE.json    what was applied, with hashes; absent: the role is not on this host
# /var/lib/egov/configurations/ROLE.ledger  what was there before the role first touched it
# /var/lib/egov/configurations/ROLE.due     services that still have to be told of a change, by an interrupted run
# /var/lib/egov/originals/ROLE/PATH         the ledger's store: files that were there before
# /var/lib/egov/work/ROLE/                  this run's stage, commands, and what revert.sh needs

apply() {
  trap '' HUP PIPE
  exec 3<&0 </dev/null
  read_plan "$2"
  name_places
  exec 9>/run/egov.lock
  flock -w 120 9 || fail lock "$role" 'another run has held /run/egov.lock for 120 s'

  settle
  install_packages
  unpack "$3"
  compare
  find_what_left
  find_touched
  find_risk
  check_staged
  note_everything
  take_away
  swap_in
  set_sysctls
  set_units
  confirm
  finish
}

did() {
  IFS=' '
  printf 'did %s\n' "$*"
  IFS=$nl
}

leave() {
  [ $policy_is_ours = no ] || rm -f "$policy"
  clear_away
  exit "$1"
}

fail() { # KIND SUBJECT WORDS
  printf 'failed %s %s\n%s\n' "$1" "$2" "$3"
  leave 1
}

unpack() { # BYTES
  [ ! -e "$work" ] || rm -rf "$work"
  said=$(mkdir -p "$base/configurations" "$work/stage" "$work/commands" "$work/previous" 2>&1) || fail write "$work" "$said"
  said=$(head -c "$1" <&3 | tar -C "$work" -xpmf - 2>&1) || fail transfer "$role" "$said"
}

# After this, every step can be taken back; nothing on the host has changed yet.
note_everything() {
  claims=''
  for path in $changed; do
    has "$ledger_before" "file had $path" || has "$ledger_before" "file new $path" || claims="$claims$nl$path"
  done
  [ -z "$claims" ] || refuse_claims_of_others
  service_units=''
  for line in $services; do
    service_of "${line%% *}"
    [ "$unit" = - ] || service_units="$service_units$nl$unit"
  done
  reload_units=no moved=no
  : >"$work/undo"
  printf '%s\n' "$services" >"$work/services"
  [ -z "$ledger_before" ] || printf '%s\n' "$ledger_before" >"$work/ledger.before"
  [ -z "$due_before" ] || printf '%s\n' "$due_before" >"$work/due.before"
  keep "$work/undo" "$work/previous" "$changed$removed" || fail write "$work" 'no room for a copy of the old files'
  query_units "$unit_list$service_units"
  list_running
  keep "$ledger" "$originals" "$claims" || rollback write "$originals" 'no room for a copy of the old files'
  for line in $units; do
    name=${line#? ? }
    note_unit "$name" "$work/undo"
    case $ledger_before$nl in *"unit "?" "?" $name$nl"*) ;; *) note_unit "$name" "$ledger" ;; esac
  done
  ! has "$due_before" daemon-reload || reload_units=yes
  for path in $changed$removed; do
    case $path in */systemd/system/*) reload_units=yes ;; esac
  done
  [ $reload_units = no ] || { printf 'daemon-reload\n' >>"$due"; : >"$work/reload"; }
  for line in $services; do
    is_touched "${line%% *}" && printf '%s\n' "${line#* * }" >>"$due"
  done
}

list_running() { # sets running_units from states
  running_units=''
  for line in $states; do
    case $line in '1 '*) running_units="$running_units$nl${line#* * * * }" ;; esac
  done
}

refuse_claims_of_others() {
  set +f
  for other in "$base"/configurations/*.ledger; do
    [ -e "$other" ] && [ "$other" != "$ledger" ] || continue
    content "$other"
    other=${other##*/}
    for path in $claims; do
      ! has "$text" "file had $path" && ! has "$text" "file new $path" || fail conflict "$path" "${other%.ledger}"
    done
  done
  set -f
}

take_away() {
  [ -n "$gone" ] || return 0
  arm
  printf %s "$gone" >"$work/gone"
  query_noted_units "$work/gone"
  keys=''
  for entry in $gone; do
    case $entry in 'sysctl '*) entry=${entry#* } keys="$keys$nl${entry%% *}" ;; esac
  done
  query_sysctls "$keys"
  for entry in $gone; do
    case $entry in
      'unit '*) note_unit "${entry#unit ? ? }" "$work/undo" ;;
      'sysctl '*)
        key=${entry#* } key=${key%% *}
        read_sysctl "$key" && printf 'sysctl %s %s\n' "$key" "$value" >>"$work/undo"
        ;;
    esac
  done
  units_down "$work/gone"
  query_units "$service_units"
  list_running
  revert_files "$work/gone" "$originals" || rollback write "$originals" 'an original file cannot be put back'
  moved=yes
  for path in $removed; do did removed "$path"; done
}

swap_in() {
  for path in $changed; do
    arm
    directory=${path%/*}
    if [ -n "$directory" ] && [ ! -d "$directory" ]; then
      said=$(make_directory "$directory" "$ledger" "$work/undo" 2>&1) || rollback write "$directory" "$said"
    fi
    replace "$work/stage$path" "$path" 2>"$work/error" || rollback write "$path" "$(cat "$work/error")"
    did wrote "$path"
    moved=yes
  done
  [ $reload_units = no ] || said=$(systemctl daemon-reload 2>&1) || rollback reload - "$said"
  [ -z "$gone" ] || units_up "$work/gone"
}

# Setting one for all interfaces changes each one's, which may have been right before: hence a second look.
set_sysctls() {
  written=no
  write_sysctls
  [ $written = no ] || write_sysctls
}

write_sysctls() {
  query_sysctls "$sysctl_keys"
  for line in $sysctls; do
    key=${line%% *} wanted=${line#* }
    read_sysctl "$key" || rollback sysctl "$key" 'this kernel has no such setting'
    [ "$value" != "$wanted" ] || continue
    arm
    printf 'sysctl %s %s\n' "$key" "$value" >>"$work/undo"
    case $nl$ledger_before in *"${nl}sysctl $key "*) ;; *) printf 'sysctl %s %s\n' "$key" "$value" >>"$ledger" ;; esac
    write_sysctl "$key" "$wanted" || rollback sysctl "$key" "the kernel refuses $wanted"
    did set "$key"
    moved=yes written=yes
  done
}

set_units() {
  { [ $reload_units = no ] && [ -z "$gone" ]; } || query_units "$unit_list"
  enable='' disable='' start='' stop=''
  for line in $units; do
    name=${line#? ? }
    state_of "$name"
    case $load$line in 'not-found0 0 '*) continue ;; not-found*) rollback start "$name" 'there is no such unit' ;; esac
    case $enabled$line in 0?' 1 '*) enable="$enable$nl$name" ;; 1?' 0 '*) disable="$disable$nl$name" ;; esac
    case $running$line in 01*) start="$start$nl$name" ;; 10*) stop="$stop$nl$name" ;; esac
    [ "$active" != failed ] || systemctl -q reset-failed -- "$name"
  done
  [ -z "$enable" ] || ask enable enabled "$enable"
  [ -z "$disable" ] || ask disable disabled "$disable"
  [ -z "$stop" ] || ask stop stopped "$stop"
  tell_services
  [ -z "$start" ] || start_units
}

ask() { # VERB PAST UNITS
  arm
  said=$(systemctl -q "$1" -- $3 2>&1) || rollback "$1" "$(printf '%s ' $3)" "$said"
  did "$2" $3
  moved=yes
}

# A host that can no longer be reached must not stay so: no answer means back. (No child holds the lock: the guard waits for it.)
confirm() {
  [ $moved = yes ] || return 0
  await_neighbours
  printf 'confirm %s\n' "$proof"
  answer=$(timeout 30 head -n 1 <&3 9>&-)
  [ "$answer" = yes ] || rollback unconfirmed "$role" "$answer"
  query_units "$watched"
  for name in $watched; do
    state_of "$name"
    [ "$active" != failed ] || rollback start "$name" "$(journal "$name")"
  done
}

finish() {
  if [ $forget = yes ]; then
    rm -rf "$originals" "$ledger" "$due" "$base/configurations/$role.json"
  else
    if [ -n "$gone" ]; then
      content "$ledger"
      { printf %s "$kept"; printf '%s\n' "${text#"$ledger_before"}"; } >"$work/ledger"
      mv -f "$work/ledger" "$ledger"
      for path in $removed; do rm -f -- "$originals$path"; done
    fi
    mv -f "$work/manifest" "$base/configurations/$role.json" || fail write "$role.json" 'it cannot be written'
    [ ! -e "$due" ] || rm -f "$due"
  fi
  [ $armed = no ] || disarm
  printf 'ok\n'
  leave 0
}

rollback() { # KIND SUBJECT WORDS
  words=$3
  revert
  printf 'returned %s %s\n%s\n' "$1" "$2" "$words$trouble"
  leave 1
}
