# What the scripts for a host share. They run under any POSIX sh and need what a minimal Debian has: dash, coreutils,
# util-linux (flock), tar, dpkg, systemd. Standard input holds the script, the plan and the bundle, in that order; $1,
# $2 and $3 are their lengths in bytes. Everything stands in functions, called by the very last line, so that a script
# that was cut off on its way does nothing.

PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
LC_ALL=C.UTF-8
export PATH LC_ALL
set -uf
nl='
'
IFS=$nl
base=/var/lib/egov

# Lists are texts with a line for each item; loops over them split at newlines only, and skip empty lines.
has() { # LIST LINE
  case $nl$1$nl in *"$nl$2$nl"*) return 0 ;; esac
  return 1
}

content() { # FILE: sets text, without a process of its own
  text=''
  [ ! -s "$1" ] || while read -r line; do [ -z "$line" ] || text="$text$nl$line"; done <"$1"
}

# Where a role's records and its run's notes stand.
name_places() {
  ledger=$base/configurations/$role.ledger
  due=$base/configurations/$role.due
  originals=$base/originals/$role
  work=$base/work/$role
}

read_plan() { # BYTES
  role='' packages='' files='' paths='' left='' sysctls='' sysctl_keys='' units='' services='' parting='' forget=no complete=no
  guard=no risky='' login='' neighbours=''
  for line in $(head -c "$1" <&3); do
    rest=${line#* }
    case ${line%% *} in
      role) role=$rest ;;
      forget) forget=yes ;;
      # any change of this role can cut the host off; or one of this file; or one after which nobody may get in
      guard) guard=yes ;;
      risky) risky="$risky$nl$rest" ;;
      login) risky="$risky$nl$rest" login="$login$nl$rest" ;;
      # a line that commands/neighbours prints for a neighbour that is up
      neighbour) neighbours="$neighbours$nl$rest" ;;
      package) packages="$packages$nl$rest" ;;
      # SERVICES SHA256 MODE OWNER PATH; SERVICES are indexes joined by commas, or -
      file) files="$files$nl$rest" paths="$paths$nl${rest#* * * * }" ;;
      # SERVICES PATH: in the last plan, not in this one
      left) left="$left$nl$rest" ;;
      # PATH-BELOW-/proc/sys VALUE
      sysctl) sysctls="$sysctls$nl$rest" sysctl_keys="$sysctl_keys$nl${rest%% *}" ;;
      # RUNNING ENABLED NAME, the first two 0 or 1
      unit) units="$units$nl$rest" ;;
      # INDEX UNIT NAME; UNIT may be -
      service) services="$services$nl$rest" ;;
      # the same: in the last plan, not in this one
      parting) services="$services$nl$rest" parting="$parting$nl${rest%% *}" ;;
      end) complete=yes ;;
    esac
  done
  # Half a plan would take away what its other half wants.
  [ $complete = yes ] || exit 1
}

# Sets settings: a line "PATH:VALUE" for each that there is, in one call. (The shell's "read" would get one byte of it.)
query_sysctls() { # PATHS
  settings=''
  [ -z "$1" ] || settings=$(cd /proc/sys && grep -sH '' -- $1)
}

read_sysctl() { # PATH: sets value from settings, its blanks made single
  case $nl$settings$nl in *"$nl$1:"*) ;; *) return 1 ;; esac
  value="$nl$settings$nl" value=${value#*"$nl$1:"}
  IFS=' 	'
  set -- ${value%%"$nl"*}
  value="$*"
  IFS=$nl
}

write_sysctl() { (printf '%s\n' "$2" >"/proc/sys/$1") 2>/dev/null; }
