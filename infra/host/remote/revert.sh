# Takes a change back from what it noted in its work folder, and from nothing else: the run that made it may be dead, and
# the host may have been booted since. Safe to repeat.
#
# undo, previous/          what was there (files.sh, units.sh)
# services                 "INDEX UNIT NAME" of each service
# told                     indexes of the services that were told of the new files
# reload                   present: systemd has to read its units anew
# ledger.before            the role's records as they were; absent: there were none
# due.before
# armed                    present while the change waits for its confirmation: the run's id

# Sets trouble: what could not be taken back, in lines that begin with a newline.
revert() {
  trouble=''
  units_down "$work/undo" >/dev/null
  revert_files "$work/undo" "$work/previous" || trouble="$trouble${nl}and not every old file could be put back"
  [ ! -e "$work/reload" ] || systemctl daemon-reload
  units_up "$work/undo" >/dev/null
  # What starts with the host starts with the old files.
  [ $at_boot = yes ] || tell_again
  if [ -e "$work/ledger.before" ]; then cp "$work/ledger.before" "$ledger"; else rm -rf "$ledger" "$originals"; fi
  if [ -e "$work/due.before" ]; then cp "$work/due.before" "$due"; else rm -f "$due"; fi
  [ ! -e "$boot_unit" ] || disarm
}

tell_again() {
  content "$work/services"
  services=$text
  names=''
  for line in $services; do
    service_of "${line%% *}"
    [ "$unit" = - ] || names="$names$nl$unit"
  done
  query_units "$names"
  content "$work/told"
  for index in $text; do
    service_of "$index"
    if [ "$unit" != - ]; then
      state_of "$unit"
      if [ "$running" = 0 ]; then
        start_unit "$unit" >/dev/null || trouble="$trouble${nl}and $unit does not start with the old files either"
        continue
      fi
    fi
    [ ! -e "$work/commands/$index.reload" ] || run_command "$work/commands/$index.reload" ||
      trouble="$trouble${nl}and it does not take the old files back: $said"
  done
}

# What makes an armed change come back at the next boot: a unit on the disk. And who made it, which no boot survives.
boot_unit=/etc/systemd/system/egov-revert.service
boot_wants=/etc/systemd/system/sysinit.target.wants
armed_by=/run/egov.armed

# Written through: a power cut must not bring back what was confirmed.
disarm() {
  rm -f "$work/armed" "$armed_by" "$boot_unit" "$boot_wants/egov-revert.service"
  rmdir "$boot_wants" 2>/dev/null
  sync -f "$base" /etc/systemd/system
}

clear_away() {
  rm -rf "$work"
  [ -e "$base/configurations/$role.json" ] ||
    rmdir "$base/work" "$base/originals" "$base/configurations" "$base" 2>/dev/null
}

# A script of its own, which stands in the work folder of an armed change. It waits until the run has ended, however it has,
# and takes the change back if it is still armed then.
#
# armed ROLE ID SECONDS    beside the run, which is made to end after SECONDS
# boot ROLE                after a boot
# held ROLE                by the next run, which holds the lock
guard() {
  exec </dev/null
  role=$2
  name_places
  id='' owner='' group=''
  case $1 in
    armed)
      exec 9>/run/egov.lock
      flock -w "$4" 9
      expired=$?
      is_armed && [ "$id" = "$3" ] || exit 0
      end_run
      [ $expired = 0 ] || flock -w 10 9
      ;;
    boot)
      at_boot=yes no_wait=--no-block
      exec 9>/run/egov.lock
      flock 9
      is_armed || exit 0
      ;;
    held)
      is_armed || exit 0
      end_run
      ;;
  esac
  revert
  printf 'the change of %s was not confirmed, everything is back as it was%s\n' "$role" "$trouble"
  clear_away
}

is_armed() { # sets id
  [ -e "$work/armed" ] && read -r id <"$work/armed"
}

# What a dead run had begun must not go on beside us.
end_run() {
  [ ! -e "$armed_by" ] || IFS=' ' read -r owner group <"$armed_by"
  [ "$owner" != "$id" ] || kill -s KILL -- "-$group" 2>/dev/null
}
