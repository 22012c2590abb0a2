/**
 * Shell command that finds out whether FRR takes a configuration, before the running one is touched. Expects STAGE.
 *
 * `vtysh -C` knows the words but not their sense: `area 0.0.0.0 stub` passes, is refused with a message on loading, and vtysh and
 * the reload still report success. So on a host where FRR runs already, the new configuration is first loaded by FRR's own daemons
 * in a network, mount and process namespace of their own, and what they then say they run is compared with the file, line by line.
 * They end with the namespace. It takes about half a second of processor time; at the first start there is nothing to protect,
 * and the syntax check is enough.
 *
 * Addresses that zebra refuses for an interface (multicast, say) show only on the real interfaces: there the reload fails.
 */
export const REHEARSAL = `set -e
conf="$STAGE/etc/frr/frr.conf"
vtysh -C -f "$conf"
systemctl --quiet is-active frr.service || exit 0
export conf STAGE
unshare --net --mount --pid --fork --kill-child --mount-proc sh -ec '
mount -t tmpfs -o mode=0755 rehearsal /run/frr
chown frr:frr /run/frr
mkdir -p /var/tmp/frr
mount -t tmpfs -o mode=0755 rehearsal /var/tmp/frr
echo 1 > /proc/sys/net/ipv4/conf/all/forwarding
echo 1 > /proc/sys/net/ipv6/conf/all/forwarding
daemons="\${STAGE}/etc/frr/daemons"
[ -f "$daemons" ] || daemons=/etc/frr/daemons
. "$daemons"
for daemon in zebra staticd bgpd ospfd ospf6d bfdd; do
  case $daemon in zebra | staticd) wanted=yes ;; *) eval "wanted=\\$$daemon" ;; esac
  [ "$wanted" != yes ] || /usr/lib/frr/$daemon --daemon --vty_port 0 2>/run/frr/log || { cat /run/frr/log; exit 1; }
done
hide() { sed -E "s/( md5| key| password) [^ ]+\\$/\\1 (secret)/"; }
vtysh -f "$conf" >/run/frr/load 2>&1 || { hide </run/frr/load; exit 1; }
refused=$(/usr/lib/frr/frr-reload.py --test "$conf" 2>/run/frr/log) || { cat /run/frr/log; exit 1; }
[ -z "$refused" ] || { cat /run/frr/load; echo "FRR does not take the configuration as it stands:"; echo "$refused" | hide; exit 1; }
' >&2`;
