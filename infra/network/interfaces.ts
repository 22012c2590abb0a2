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
  blocks.push({
    name: "lo",
    lines: [
      ` ip address ${router.loopback.ipv4}/32`,
      ...ospfLoopback(router),
      ` ipv6 address ${router.loopback.ipv6}/128`,
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
