/** Files whose change can cut a host off: a change of one of them is guarded, whatever the intent says. A folder ends in `/`. */
const REACH = [
  "/etc/network/", "/etc/systemd/network/", "/etc/netplan/", "/etc/NetworkManager/", "/etc/frr/",
  "/etc/nftables.conf", "/etc/nftables.d/", "/etc/iptables/", "/etc/hosts.allow", "/etc/hosts.deny",
];

/** Those of them that decide who may log in: a greeting of the SSH server shows nothing there. */
const LOGIN = [
  "/etc/ssh/", "/root/.ssh/", "/etc/pam.d/", "/etc/security/", "/etc/nsswitch.conf", "/etc/passwd", "/etc/shadow", "/etc/group",
  "/etc/sudoers", "/etc/sudoers.d/",
];

/** Whether a change of the file can cut the host off. */
export function decidesReach(path: string): boolean {
  return decidesLogin(path) || REACH.some((one) => isAt(one, path));
}

/** Whether a change of the file can keep us from logging in, though the host still answers. */
export function decidesLogin(path: string): boolean {
  return LOGIN.some((one) => isAt(one, path)) || /^\/home\/[^/]+\/\.ssh\//.test(path);
}

function isAt(one: string, path: string): boolean {
  return one.endsWith("/") ? path.startsWith(one) : path === one;
}
