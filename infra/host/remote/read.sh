# Tells what is really on a host. Standard output: "manifest yes|no", then "package NAME" (installed ones), "sysctl KEY
# VALUE", "unit RUNNING ENABLED NAME" (known ones), then "files" and a tar archive of the wanted files that are there.

read_back() {
  exec 3<&0 </dev/null
  read_plan "$2"
  if [ ! -e "$base/configurations/$role.json" ]; then
    printf 'manifest no\n'
    return
  fi
  printf 'manifest yes\n'
  if [ -n "$packages" ]; then
    for line in $(dpkg-query -W -f '${db:Status-Status} ${Package}\n' -- $packages 2>/dev/null); do
      case $line in 'installed '*) printf 'package %s\n' "${line#* }" ;; esac
    done
  fi
  query_sysctls "$sysctl_keys"
  for line in $sysctls; do
    read_sysctl "${line%% *}" && printf 'sysctl %s %s\n' "${line%% *}" "$value"
  done
  names=''
  for line in $units; do names="$names$nl${line#? ? }"; done
  query_units "$names"
  for name in $names; do
    state_of "$name"
    [ "$load" != not-found ] || continue
    # What the disk says: systemd may remember an older answer.
    enabled=0
    case $(systemctl is-enabled -- "$name" 2>/dev/null) in
      enabled | enabled-runtime | static | alias | indirect | generated) enabled=1 ;;
    esac
    printf 'unit %s %s %s\n' "$running" "$enabled" "$name"
  done
  set --
  for path in $paths; do
    if [ -f "$path" ] || [ -L "$path" ]; then set -- "$@" "$path"; fi
  done
  printf 'files\n'
  [ $# -eq 0 ] || tar -cPf - -- "$@" 2>/dev/null
}
