# Services: who checks, and who is told of a change.

run_command() { # FILE: a service's command, without our descriptors; its words in said
  said=$(STAGE=$work/stage sh "$1" 2>&1 3<&- 9>&-)
}

service_of() { # INDEX: sets unit and service
  for line in $services; do
    case $line in "$1 "*) service=${line#* } unit=${service%% *} service=${service#* }; return ;; esac
  done
}

is_touched() { case $touched in *" $1 "*) return 0 ;; esac; return 1; }

# Who runs already is told of the change; the others start with the new files.
tell_services() {
  watched=$start
  for line in $services; do
    index=${line%% *}
    is_touched "$index" || continue
    service_of "$index"
    if [ "$unit" != - ]; then
      has "$running_units" "$unit" && ! has "$stop" "$unit" || continue
      watched="$watched$nl$unit"
    fi
    [ -e "$work/commands/$index.reload" ] || continue
    arm
    moved=yes
    printf '%s\n' "$index" >>"$work/told"
    if run_command "$work/commands/$index.reload"; then
      did reloaded "$service"
    else
      # A service that has lost its files with its role may well miss them.
      has "$parting" "$index" || rollback reload "$index" "$said$nl$([ "$unit" = - ] || journal "$unit")"
      did left "$service" alone
    fi
  done
}

start_units() {
  arm
  if ! said=$(systemctl -q start -- $start 2>&1 3<&- 9>&-); then
    query_units "$start"
    for name in $start; do
      state_of "$name"
      [ "$running" = 1 ] || [ "$active" != failed ] || rollback start "$name" "$(journal "$name")"
    done
    rollback start "$(printf '%s ' $start)" "$said"
  fi
  did started $start
  moved=yes
}
