# systemd's units: what they are, and back to what they were.

# Sets states: a line "RUNNING ENABLED ACTIVESTATE LOADSTATE NAME" for each unit, in one call.
query_units() { # NAMES
  states='' unique=''
  for name in $1; do has "$unique" "$name" || unique="$unique$nl$name"; done
  set -- $unique
  [ $# -gt 0 ] || return 0
  shown=$(systemctl show -p LoadState -p ActiveState -p SubState -p UnitFileState -- "$@" 2>/dev/null) || return 0
  seen=0
  for property in $shown; do
    case $property in
      LoadState=*) load=${property#*=} ;;
      ActiveState=*) active=${property#*=} ;;
      SubState=*) sub=${property#*=} ;;
      UnitFileState=*) enabled=${property#*=} ;;
    esac
    seen=$((seen + 1))
    [ $((seen % 4)) -eq 0 ] || continue
    [ "$sub" != auto-restart ] || active=failed
    case $active in active | reloading | activating) running=1 ;; *) running=0 ;; esac
    case $enabled in enabled | enabled-runtime | static | alias | indirect | generated) enabled=1 ;; *) enabled=0 ;; esac
    states="$states$nl$running $enabled $active $load $1"
    shift
  done
}

state_of() { # NAME: sets running, enabled, active, load
  running=0 enabled=0 active=inactive load=not-found
  case $states$nl in
    *" $1$nl"*)
      state="$states$nl"
      state=${state%%" $1$nl"*}
      state=${state##*"$nl"}
      running=${state%% *} state=${state#* }
      enabled=${state%% *} state=${state#* }
      active=${state%% *} load=${state#* }
      ;;
  esac
}

# A log notes a unit as "unit RUNNING ENABLED NAME".
note_unit() { # NAME LOG: what it is now
  state_of "$1"
  printf 'unit %s %s %s\n' "$running" "$enabled" "$1" >>"$2"
}

query_noted_units() { # LOG: sets text, too
  content "$1"
  noted=''
  for entry in $text; do
    case $entry in 'unit '*) noted="$noted$nl${entry#unit ? ? }" ;; esac
  done
  query_units "$noted"
}

# Units go back to what a log says in two steps, around the files: down before, up after. While a host boots, nobody waits: most
# units wait for us, and what is not to run may stand in the queue.
at_boot=no no_wait=

units_down() { # LOG
  query_noted_units "$1"
  for entry in $text; do
    case $entry in 'unit '*) name=${entry#unit ? ? } ;; *) continue ;; esac
    state_of "$name"
    case $entry in
      'unit 0 '*) if [ "$running" = 1 ] || [ "$active" = failed ] || [ $at_boot = yes ]; then stop_unit "$name"; fi ;;
    esac
    case $entry in
      'unit '?' 0 '*) [ "$enabled" = 0 ] || systemctl -q disable -- "$name" >/dev/null 2>&1 ;;
    esac
  done
}

stop_unit() { # NAME: "stop" also ends automatic restarts
  systemctl -q $no_wait stop -- "$1" >/dev/null 2>&1 && did stopped "$1"
}

units_up() { # LOG
  query_noted_units "$1"
  for entry in $text; do
    case $entry in 'unit '*) name=${entry#unit ? ? } ;; *) continue ;; esac
    state_of "$name"
    case $entry in
      'unit '?' 1 '*) [ "$enabled" = 1 ] || systemctl -q enable -- "$name" >/dev/null 2>&1 ;;
    esac
    case $entry in
      'unit 1 '*) [ "$running" = 1 ] || start_unit "$name" ;;
    esac
  done
}

start_unit() { # NAME
  systemctl -q reset-failed -- "$1" >/dev/null 2>&1
  systemctl -q $no_wait start -- "$1" >/dev/null 2>&1 3<&- 9>&- && did started "$1"
}

journal() { # UNIT: its last words since this run began, which is when the work folder was made
  journalctl -q -u "$1" -n 6 -o cat --no-pager --since "@$(stat -c %Y "$work/commands")" 2>/dev/null
}
