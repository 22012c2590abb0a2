import type { HostIntent } from "../host/intent.ts";

/** Where administrators work from: tools to look at the network and to reach other hosts. */
export function administrationIntent(): HostIntent {
  return { packages: ["bind9-dnsutils", "fping", "iputils-ping", "libnet-ssleay-perl", "openssh-client", "swaks", "tcpdump", "traceroute"] };
}
