import { stateHost } from "./bgp.ts";
import { ospfInterface, ospfLoopback } from "./ospf.ts";
import { ospf6Interface, ospf6Loopback } from "./ospf6.ts";
import type { Port, Router } from "./router.ts";

/** One block an interface: zebra gives the addresses, each protocol its lines; in the order in which FRR writes them back. */
export function interfaceBlocks(router: Router): string[] {
  const blocks = router.ports.map((port) => ({
    name: port.interface.name,
    lines: [
      ` description ${describe(port)}`,
      ` ip address ${port.interface.ipv4}`,
      ...ospfInterface(router, port),
      ` ipv6 address ${port.interface.ipv6}`,
      ...ospf6Interface(router, port),
    ],
  }));
  const played = router.host.role === "state-edge" ? [stateHost(router.province)] : [];
  blocks.push({
    name: "lo",
    lines: [
      ...[router.loopback, ...played].map(({ ipv4 }) => ` ip address ${ipv4}/32`),
      ...ospfLoopback(router),
      ...[router.loopback, ...played].map(({ ipv6 }) => ` ipv6 address ${ipv6}/128`),
      ...ospf6Loopback(router),
    ],
  });
  return blocks.flatMap((block) => [`interface ${block.name}`, ...block.lines, "exit", "!"]);
}

function describe(port: Port): string {
  const { interface: one, link } = port;
  if (link !== undefined) return `${link.name} to ${one.peer?.host} (${link.role}, ${link.capacityMbps} Mbit/s)`;
  return one.segment === undefined ? one.kind : `segment ${one.segment}`;
}
