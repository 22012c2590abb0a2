# A change that can cut the host off from us or from its neighbours: it comes back by itself unless it is confirmed.

# How long a run may take from its first step to its confirmation until it is taken for one that hangs.
run_seconds=180
# How long neighbours may take to come back.
neighbour_seconds=20

armed=no

# A run that died while its change was armed, and whose guard did not come before us.
settle() {
  set +f
  for left_armed in "$base"/work/*/armed; do
    [ -e "$left_armed" ] || continue
    left_armed=${left_armed%/armed}
    sh "$left_armed/revert" held "${left_armed##*/}" >/dev/null 2>&1 3<&-
    did 'took back an unconfirmed change of' "${left_armed##*/}"
  done
  set -f
}

# Sets guard for this change, and proof: what shows that we still get in.
find_risk() {
  proof=greeting
  [ -n "$risky" ] || return 0
  for path in $changed$removed; do
    ! has "$risky" "$path" || guard=yes
    ! has "$login" "$path" || proof=login
  done
}

# Before the first step that changes the host. What is needed to take it back is on the disk then, even if the power fails.
arm() {
  [ $guard = yes ] && [ $armed = no ] || return 0
  armed=yes
  note_neighbours
  read -r id </proc/sys/kernel/random/uuid
  read -r stat </proc/$$/stat
  IFS=' '
  # After the name in brackets: state, parent, process group.
  set -- ${stat##*) }
  IFS=$nl
  { write_boot_unit && printf '%s\n' "$id" >"$work/armed" && printf '%s %s\n' "$id" "$3" >"$armed_by" &&
    sync -f "$work" /etc/systemd/system; } 2>"$work/error" || rollback write "$boot_unit" "$(cat "$work/error")"
  said=$(systemd-run --quiet --collect --unit="egov-confirm-$id" --description="Waits for the confirmation of a change of $role" \
    -p Type=exec -p SyslogIdentifier=egov -p Restart=on-abnormal -p "StandardInput=file:$work/revert" \
    sh -s armed "$role" "$id" "$run_seconds" 2>&1 3<&- 9>&-) || rollback arm "$role" "$said"
  printf 'armed\n'
}

# Before all that the change concerns, so that it starts with the old files.
write_boot_unit() {
  first=''
  for name in $unit_list$service_units; do first="$first $name"; done
  mkdir -p "$boot_wants" || return 1
  (
    umask 022
    cat >"$boot_unit" <<UNIT && ln -sf "$boot_unit" "$boot_wants/egov-revert.service"
[Unit]
Description=Takes back a change of $role that was not confirmed before this boot
DefaultDependencies=no
ConditionPathExists=$work/armed
RequiresMountsFor=$work
After=local-fs.target
Before=sysinit.target network-pre.target systemd-sysctl.service shutdown.target$first
Conflicts=shutdown.target

[Service]
Type=oneshot
ExecStart=/bin/sh $work/revert boot $role
UNIT
  )
}

# Sets present: those of the intended neighbours that are up. What is down before a change is not the change's fault.
note_neighbours() {
  present=''
  [ -n "$neighbours" ] || return 0
  run_neighbours 0
  for line in $neighbours; do
    ! has "$said" "$line" || present="$present$nl$line"
  done
}

run_neighbours() { # MILLISECONDS since the change, 0 before it
  said=$(AGE_MILLISECONDS=$1 sh "$work/commands/neighbours" 2>/dev/null 3<&- 9>&-)
}

# They have to be heard of since the change: a daemon goes on believing in a dead neighbour for some seconds.
await_neighbours() {
  [ $armed = yes ] && [ -n "$present" ] || return 0
  uptime_centiseconds
  began=$centiseconds pause=1
  while :; do
    sleep $pause 9>&-
    pause=0.5
    uptime_centiseconds
    elapsed=$((centiseconds - began))
    run_neighbours ${elapsed}0
    missing=''
    for line in $present; do
      has "$said" "$line" || missing="$missing$nl$line"
    done
    [ -n "$missing" ] || return 0
    [ $elapsed -lt ${neighbour_seconds}00 ] || rollback neighbours $neighbour_seconds "$missing"
  done
}

uptime_centiseconds() {
  read -r uptime </proc/uptime
  uptime=${uptime%% *}
  centiseconds=${uptime%.*}${uptime#*.}
}
