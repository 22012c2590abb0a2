import type { QosClass } from "../../inventory/model.ts";
import { TURN_PORTS } from "../../inventory/model/conference.ts";
import { hostsOfRole } from "../../inventory/reach.ts";
import { AF41 } from "./dscp.ts";
import { hostAddress } from "./resolver.ts";
import type { Router } from "./router.ts";
import { isWan } from "./router.ts";

/** How long a packet may wait in the queue of its class, at the link's full rate. Longer only adds delay, never throughput. */
const QUEUE_MILLISECONDS = 50;
/** Two of the largest segments that the kernel hands down in one piece; a shorter queue would drop them whole. */
const QUEUE_FLOOR_BYTES = 131_072;
/** A full Ethernet frame. */
const FRAME_BYTES = 1514;

/** A WAN link's interface and its rate. */
interface Shaped {
  readonly interface: string;
  readonly capacityMbps: number;
}

export function shapedInterfaces(router: Router): Shaped[] {
  return router.ports.flatMap((port) =>
    port.link !== undefined && isWan(port.link) ? [{ interface: port.interface.name, capacityMbps: port.link.capacityMbps }] : [],
  );
}

/** HTB class of the n-th traffic class, counting from 0. */
function classId(index: number): string {
  return `1:${(index + 1) * 10}`;
}

/**
 * HTB on every WAN link, for `tc -batch`: the link's capacity, each class its share of it, and whatever is free to whoever wants it.
 *
 * Putting a fifo in first makes the batch repeatable: HTB refuses to be replaced by itself.
 */
export function qosBatch(router: Router): string {
  const classes = router.province.qos;
  return shapedInterfaces(router)
    .flatMap(({ interface: dev, capacityMbps }) => {
      const kilobits = Math.round(capacityMbps * 1000);
      return [
        `qdisc replace dev ${dev} root handle 2: bfifo limit ${QUEUE_FLOOR_BYTES}`,
        `qdisc replace dev ${dev} root handle 1: htb default ${classId(defaultClass(classes)).slice(2)}`,
        `class add dev ${dev} parent 1: classid 1:1 htb rate ${kilobits}kbit ceil ${kilobits}kbit quantum ${FRAME_BYTES}`,
        ...classes.flatMap((one, index) => [
          `class add dev ${dev} parent 1:1 classid ${classId(index)} htb rate ${guaranteedKilobits(kilobits, one)}kbit ceil ${kilobits}kbit` +
            ` prio ${one.priority} quantum ${quantumBytes(one)}`,
          `qdisc add dev ${dev} parent ${classId(index)} bfifo limit ${queueBytes(kilobits)}`,
        ]),
      ];
    })
    .map((line) => `${line}\n`)
    .join("");
}

/**
 * The nftables table of the traffic classes: a chain that marks the conference's media where it enters the network, and one that
 * reads DSCP (RFC 2474) and names the HTB class; what that does not know goes to the default class.
 */
export function qosTable(router: Router): string[] {
  const chains = [...markingChain(router), ...classChain(router)];
  return chains.length === 0 ? [] : ["table inet egov_qos {", ...chains, "}"];
}

function classChain(router: Router): string[] {
  const shaped = shapedInterfaces(router);
  const marks = router.province.qos.flatMap((one, index) => one.dscp.map((dscp) => `${dscp.toLowerCase()} : ${classId(index)}`));
  if (shaped.length === 0 || marks.length === 0) return [];
  const interfaces = shaped.map((one) => `"${one.interface}"`).join(", ");
  return [
    "\tchain postrouting {",
    "\t\ttype filter hook postrouting priority 300; policy accept;",
    `\t\toifname != { ${interfaces} } return`,
    `\t\tmeta nfproto ipv4 meta priority set ip dscp map { ${marks.join(", ")} }`,
    `\t\tmeta nfproto ipv6 meta priority set ip6 dscp map { ${marks.join(", ")} }`,
    "\t}",
  ];
}

/**
 * Browsers do not mark what they send, and TURN passes on unmarked what it relays; so the first router does, for the conference
 * hosts' media ports: toward them where a LAN begins, from them where their segment does.
 */
function markingChain(router: Router): string[] {
  const edges = router.ports.flatMap(({ interface: one }) => (one.kind === "link" ? [] : [`"${one.name}"`]));
  const hosts = hostsOfRole(router.province, "conference").flatMap((host) => hostAddress(host) ?? []);
  if (edges.length === 0 || hosts.length === 0 || router.host.role === "state-edge") return [];
  const ports = `{ ${mediaPorts(router).join(", ")} }`;
  const rules = (["ip", "ip6"] as const).flatMap((family) => {
    const addresses = `{ ${hosts.map((host) => (family === "ip" ? host.ipv4 : host.ipv6)).join(", ")} }`;
    return [
      `\t\t${family} daddr ${addresses} meta l4proto . th dport ${ports} ${family} dscp set ${AF41.name}`,
      `\t\t${family} saddr ${addresses} meta l4proto . th sport ${ports} ${family} dscp set ${AF41.name}`,
    ];
  });
  return ["\tchain prerouting {", "\t\ttype filter hook prerouting priority -150; policy accept;", `\t\tiifname != { ${edges.join(", ")} } return`, ...rules, "\t}"];
}

function mediaPorts({ province }: Router): string[] {
  const { mediaPorts: media, relayPorts: relay } = province.conference;
  return [`udp . ${media[0]}-${media[1]}`, `udp . ${relay[0]}-${relay[1]}`, `udp . ${TURN_PORTS.plain}`, `tcp . ${TURN_PORTS.plain}`, `tcp . ${TURN_PORTS.tls}`];
}

function defaultClass(classes: readonly QosClass[]): number {
  return classes.findIndex((one) => one.dscp.length === 0);
}

function guaranteedKilobits(capacityKilobits: number, one: QosClass): number {
  return Math.max(8, Math.floor((capacityKilobits * one.sharePercent) / 100));
}

/** Classes of one priority divide what is free in the proportion of their quanta, so these follow the shares. */
function quantumBytes(one: QosClass): number {
  return FRAME_BYTES * Math.max(1, Math.round(one.sharePercent / 10));
}

function queueBytes(capacityKilobits: number): number {
  return Math.max(QUEUE_FLOOR_BYTES, Math.round((capacityKilobits * QUEUE_MILLISECONDS) / 8));
}
