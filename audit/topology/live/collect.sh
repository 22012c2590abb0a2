# What a host knows of its network, in one go: sections that begin with a line "@@NAME". Runs under any POSIX sh as root.
# Standard input: a salt for the fingerprints of keys, the questions for the routing daemons (one a line), a line "@@links",
# and a line "INTERFACE FAR-ADDRESS" for each link to try; nothing of it shows in a list of processes.
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
LC_ALL=C.UTF-8
export PATH LC_ALL
set -u
read -r salt
questions=''
while read -r line && [ "$line" != @@links ]; do questions="$questions$line
"; done
targets=''
while read -r interface address; do targets="$targets $address"; done

# Echo requests to every link's far end at once, while the rest is read.
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
[ -z "$targets" ] || fping -q -c 10 -p 25 -t 400 -i 1 $targets >"$work/pings" 2>&1 &

echo @@addresses
ip -j -s addr show
echo @@routes4
ip -j -4 route show
echo @@routes6
ip -j -6 route show
if [ -n "$questions" ]; then
  echo @@neighbours
  set --
  while read -r question; do [ -z "$question" ] || set -- "$@" -c "$question"; done <<END
$questions
END
  vtysh "$@" 2>&1
  echo @@configuration
  # A key shows as a fingerprint: whether two are the same is all that anybody need know.
  last='' mark=''
  vtysh -c 'show running-config' 2>&1 | while IFS= read -r line; do
    case $line in
      *' md5 '* | *' key '* | *' password '*)
        key=${line##* }
        [ "$key" = "$last" ] || mark=$(printf '%s' "$salt$key" | sha256sum | cut -c 1-12)
        last=$key line="${line% *} #$mark" ;;
    esac
    printf '%s\n' "$line"
  done
  echo @@lldp
  lldpcli -f json0 show neighbors 2>&1
  echo @@queues
  for dev in $(tc qdisc show | sed -n 's/^qdisc htb .* dev \([^ ]*\) root.*/\1/p'); do
    echo "dev $dev"
    tc class show dev "$dev"
  done
  echo @@marks
  nft list table inet egov_qos 2>&1
fi
wait
echo @@pings
[ ! -f "$work/pings" ] || cat "$work/pings"
echo @@end
