/** How far a twin on this machine is from the real thing, aspect by aspect. What depends on the kernel is tried, not assumed. */
import { requireRoot } from "./guard.ts";
import { run } from "./run.ts";

export interface FidelityRow {
  readonly aspect: string;
  /** `enforced`: as in production. `emulated`: the same to an observer within the stated bounds. `left out`: not there. */
  readonly state: "enforced" | "emulated" | "left out";
  readonly why: string;
}

/** Shell commands, run in a network namespace of their own that ends with them; success means that the kernel has it. */
const TRIALS = {
  htb: "ip link add htb0 type veth peer name htb1 && tc qdisc add dev htb0 root handle 1: htb default 1 && tc class add dev htb0 parent 1: classid 1:1 htb rate 1mbit",
  fqCodel: "ip link add fq0 type veth peer name fq1 && tc qdisc add dev fq0 root fq_codel",
  netem: "ip link add ne0 type veth peer name ne1 && tc qdisc add dev ne0 root netem delay 1ms",
  nftDscp: "nft add table inet t && nft add chain inet t c '{ type filter hook postrouting priority 0; }' && nft add rule inet t c ip dscp af41 meta priority set 1:20",
  nftBridge: "nft add table bridge t && nft add chain bridge t c '{ type filter hook forward priority 0; }'",
  fib: "nft add table ip u && nft add chain ip u c '{ type filter hook prerouting priority 0; }' && nft add rule ip u c fib saddr . iif oif missing drop",
  vrf: "ip link add vrf0 type vrf table 10",
  vlan: "ip link add vl0 type veth peer name vl1 && ip link add link vl0 name vl0.10 type vlan id 10",
  // Option 14 of TCP (6) takes a struct tcp_md5sig: an address, the key's length, the key.
  tcpMd5: "perl -MSocket -e 'socket(S, AF_INET, SOCK_STREAM, 0); exit !setsockopt(S, 6, 14, pack(\"a128 C C S L a80\", pack_sockaddr_in(0, inet_aton(\"127.0.0.1\")), 0, 0, 3, 0, \"key\"))'",
  mpls: "test -e /proc/sys/net/mpls/platform_labels",
  wireguard: "ip link add wg0 type wireguard",
  ipsec: "ip xfrm state add src 10.0.0.1 dst 10.0.0.2 proto esp spi 1 mode tunnel enc 'cbc(aes)' 0x00112233445566778899aabbccddeeff auth 'hmac(sha256)' 0x00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff",
} as const;

export type KernelFeature = keyof typeof TRIALS;

/** What of the kernel was found by trying. Needs root; leaves nothing behind. */
export async function kernelFeatures(): Promise<Readonly<Record<KernelFeature, boolean>>> {
  requireRoot();
  const script = Object.entries(TRIALS).map(([name, trial]) => `if (${trial}) >/dev/null 2>&1; then echo ${name}; fi`).join("\n");
  const { stdout } = await run(["unshare", "--net", "sh"], { input: `${script}\n` });
  const found = new Set(stdout.split("\n"));
  return Object.fromEntries(Object.keys(TRIALS).map((name) => [name, found.has(name)])) as Record<KernelFeature, boolean>;
}

/** The fidelity table for this machine. Needs root. */
export async function fidelity(): Promise<FidelityRow[]> {
  return fidelityOf(await kernelFeatures());
}

/** The fidelity table of a kernel with these features. */
export function fidelityOf(kernel: Readonly<Record<KernelFeature, boolean>>): FidelityRow[] {
  const row = (aspect: string, state: FidelityRow["state"], why: string): FidelityRow => ({ aspect, state, why });
  const ifKernel = (feature: KernelFeature, aspect: string, why: string, without: string): FidelityRow =>
    kernel[feature] ? row(aspect, "enforced", why) : row(aspect, "left out", without);
  return [
    row("operating system", "enforced", "every host boots Debian 12 with its own systemd, sshd and daemons"),
    row("kernel", "emulated", "all hosts share this machine's kernel, its processors and its memory; host time-outs stretch when it is busy"),
    row("clock", "left out", "all hosts read this machine's clock and cannot set it: NTP serves and follows, but never steps a clock"),
    row("disks", "emulated", "in memory: a host that died boots again from its own disk, but none survives the machine"),
    row("addresses, routing, neighbours", "enforced", "the real FRR in a network namespace a host"),
    row("links", "emulated", "pairs of virtual Ethernet with an MTU of 1500; no bit errors, no optics, no light levels"),
    ifKernel("htb", "link capacity", "HTB shapes both ends to the inventory's capacity", "this kernel has no HTB: every link is as fast as the machine"),
    ifKernel("nftDscp", "traffic classes", "nft reads DSCP and sorts into HTB classes", "this kernel's nft cannot read DSCP and set a priority"),
    ifKernel("fqCodel", "queues within a class", "fq_codel", "this kernel has no fq_codel: a class is a plain queue, first in first out"),
    row("distance and loss", "left out", kernel.netem
      ? "links add no delay and lose nothing, though this kernel could (netem)"
      : "links add no delay and lose nothing; this kernel has no netem"),
    row("silent cut", "emulated", "both ports leave the link's bridge: frames are dropped, the carrier stays"),
    row("neighbour discovery (LLDP)", "enforced", "the links' bridges pass its frames from port to port, as a cable does"),
    row("loss of carrier", "emulated", "both ports go down: both hosts see the carrier go"),
    row("shared ducts, carriers, power", "emulated", "several links are cut, or hosts stopped, one after the other within milliseconds"),
    kernel.nftBridge
      ? row("out-of-band management", "enforced", "a network of its own, on which hosts reach only the operator")
      : row("out-of-band management", "emulated", "a network of its own, but this kernel cannot filter on its bridge: a host may forward through it"),
    ifKernel("fib", "reverse-path checks in nft", "fib expressions", "this kernel's nft has no fib expression"),
    ifKernel("tcpMd5", "BGP session authentication", "TCP MD5 (RFC 2385)", "this kernel has no TCP MD5 (RFC 2385)"),
    ifKernel("vlan", "VLANs (802.1Q)", "in the kernel", "this kernel has no 802.1Q: each segment is a wire of its own instead"),
    ifKernel("vrf", "VRFs", "in the kernel", "this kernel has no VRF"),
    ifKernel("mpls", "MPLS", "in the kernel", "this kernel routes no MPLS"),
    ifKernel("wireguard", "WireGuard", "in the kernel", "this kernel has no WireGuard"),
    ifKernel("ipsec", "IPsec", "in the kernel", "this kernel has no IPsec"),
    row("workstations and communes", "emulated", "a network namespace with addresses that sends traffic; no system boots in it"),
    row("state network", "emulated", "one router of ours stands for all of it"),
    row("protection of state secrets", "left out", "it needs equipment of the government cipher authority; nothing here stands for it"),
  ];
}
