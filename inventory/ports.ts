/** Ports as security.yaml writes them. */

/** Ports of one protocol, both ends included. `icmp` is an echo request of either family; `ip` counts protocols, not ports. */
export interface PortRange {
  readonly protocol: "tcp" | "udp" | "icmp" | "ip";
  readonly first: number;
  readonly last: number;
}

/** `tcp/25`, `udp/10000-10499`, `icmp`, `ip/89`; undefined for anything else, and for numbers that a protocol does not have. */
export function parsePorts(text: string): PortRange | undefined {
  if (text === "icmp") return { protocol: "icmp", first: 0, last: 0 };
  const match = /^(tcp|udp|ip)\/(\d{1,5})(?:-(\d{1,5}))?$/.exec(text);
  if (match === null) return undefined;
  const [protocol, first, last] = [match[1] as "tcp" | "udp" | "ip", Number(match[2]), Number(match[3] ?? match[2])];
  const [lowest, highest] = protocol === "ip" ? [0, 255] : [1, 65_535];
  return first < lowest || last > highest ? undefined : { protocol, first, last };
}

/** Like `parsePorts`, for texts that were checked already. @throws Error for anything else. */
export function portsOf(text: string): PortRange {
  const ports = parsePorts(text);
  if (ports === undefined) throw new Error(`not a port: ${text}`);
  return ports;
}

export function formatPorts({ protocol, first, last }: PortRange): string {
  return protocol === "icmp" ? "icmp" : `${protocol}/${first}${last === first ? "" : `-${last}`}`;
}
