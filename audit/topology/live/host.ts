/** What a live host said of itself, parsed: the yardstick's other side. */
import { type LiveAdjacency, parseAdjacencies } from "../../../monitoring/probes/adjacency.ts";

export interface LiveInterface {
  readonly name: string;
  readonly mtu: number;
  /** Administratively up, and with a carrier. */
  readonly up: boolean;
  readonly carrier: boolean;
  /** With prefix length; no link-local or loopback addresses. */
  readonly addresses: readonly string[];
  /** IPv6 link-local, without prefix length: other routers' IPv6 next hops. */
  readonly linkLocal: readonly string[];
  /** Since the interface came up. `errors` counts those of either direction, collisions included. */
  readonly counters: { readonly packets: number; readonly errors: number; readonly dropped: number };
}

export interface LiveNextHop {
  /** Absent where the prefix is on the interface itself. */
  readonly gateway?: string;
  readonly interface: string;
}

export interface LiveRoute {
  /** `0.0.0.0/0`, `::/0`, or a prefix in the kernel's own writing with its length. */
  readonly prefix: string;
  /** Who put it there: `ospf`, `bgp`, `static`, `kernel`, `boot` (typed by hand with ip) … */
  readonly protocol: string;
  /** Drops what it matches. */
  readonly blackhole: boolean;
  readonly nextHops: readonly LiveNextHop[];
}

export interface LldpNeighbour {
  readonly interface: string;
  readonly host: string;
  readonly port: string;
}

/** A class of HTB, rates in kbit/s. */
export interface LiveClass {
  readonly interface: string;
  readonly id: string;
  readonly rateKbit: number;
  readonly ceilKbit: number;
}

/** Echo requests that a host sent to the far end of a link, and the answers it got. */
export interface LivePing {
  readonly address: string;
  readonly sent: number;
  readonly received: number;
}

export interface LiveHost {
  readonly interfaces: readonly LiveInterface[];
  readonly routes: { readonly ipv4: readonly LiveRoute[]; readonly ipv6: readonly LiveRoute[] };
  /** Routers only; undefined with a reason in `unreadable` where the daemons did not answer. */
  readonly neighbours?: readonly LiveAdjacency[];
  /** FRR's running configuration, keys as fingerprints. */
  readonly configuration?: readonly string[];
  readonly lldp?: readonly LldpNeighbour[];
  readonly classes?: readonly LiveClass[];
  /** DSCP (RFC 2474) in nft's words → class of HTB, as the packet filter sorts packets. */
  readonly marks?: ReadonlyMap<string, string>;
  readonly pings: readonly LivePing[];
  /** Section → what the host said instead. */
  readonly unreadable: Readonly<Record<string, string>>;
}

/** Reads the output of collect.sh. A section that cannot be read is left out and named; the rest still counts. @throws Error when the output is cut off. */
export function parseHost(output: string): LiveHost {
  const sections = sectionsOf(output);
  if (!sections.has("end")) throw new Error("the answer was cut off");
  const unreadable: Record<string, string> = {};
  const read = <T>(name: string, parse: (text: string) => T): T | undefined => {
    const text = sections.get(name);
    if (text === undefined) return undefined;
    try {
      return parse(text);
    } catch {
      unreadable[name] = text.trim().split("\n")[0] || "no answer";
      return undefined;
    }
  };
  const optional = <K extends string, T>(key: K, value: T | undefined): Partial<Record<K, T>> =>
    value === undefined ? {} : { [key]: value } as Record<K, T>;
  return {
    interfaces: read("addresses", parseInterfaces) ?? [],
    routes: { ipv4: read("routes4", (text) => parseRoutes(text, "0.0.0.0/0", 32)) ?? [], ipv6: read("routes6", (text) => parseRoutes(text, "::/0", 128)) ?? [] },
    ...optional("neighbours", read("neighbours", parseNeighbours)),
    ...optional("configuration", read("configuration", parseConfiguration)),
    ...optional("lldp", read("lldp", parseLldp)),
    ...optional("classes", read("queues", parseClasses)),
    ...optional("marks", read("marks", parseMarks)),
    pings: read("pings", parsePings) ?? [],
    unreadable,
  };
}

function sectionsOf(output: string): Map<string, string> {
  const parts = output.split(/^@@(\w+)$/m);
  return new Map(parts.flatMap((part, i): [string, string][] => (i % 2 === 1 ? [[part, parts[i + 1] ?? ""]] : [])));
}

interface IpAddress {
  readonly ifname: string;
  readonly mtu: number;
  readonly flags: readonly string[];
  readonly addr_info: readonly { readonly family: string; readonly local: string; readonly prefixlen: number; readonly scope: string }[];
  readonly stats64: { readonly rx: Readonly<Record<string, number>>; readonly tx: Readonly<Record<string, number>> };
}

export function parseInterfaces(text: string): LiveInterface[] {
  return (JSON.parse(text) as IpAddress[]).map((one) => {
    const { rx, tx } = one.stats64;
    const sum = (key: string): number => (rx[key] ?? 0) + (tx[key] ?? 0);
    return {
      name: one.ifname, mtu: one.mtu, up: one.flags.includes("UP"), carrier: one.flags.includes("LOWER_UP"),
      addresses: one.addr_info.filter((address) => address.scope === "global").map((address) => `${address.local}/${address.prefixlen}`),
      linkLocal: one.addr_info.filter((address) => address.family === "inet6" && address.scope === "link").map((address) => address.local),
      counters: { packets: sum("packets"), errors: sum("errors") + sum("over_errors") + sum("carrier_errors") + sum("collisions"), dropped: sum("dropped") },
    };
  });
}

interface IpRoute {
  readonly type?: string;
  readonly dst: string;
  readonly gateway?: string;
  readonly via?: { readonly host: string };
  readonly dev?: string;
  /** Absent for `boot`: typed by hand. */
  readonly protocol?: string;
  readonly nexthops?: readonly { readonly gateway?: string; readonly via?: { readonly host: string }; readonly dev: string }[];
}

export function parseRoutes(text: string, everything: string, hostLength: number): LiveRoute[] {
  return (JSON.parse(text) as IpRoute[]).filter((one) => !/^(fe80|ff00):/.test(one.dst)).map((one) => ({
    prefix: one.dst === "default" ? everything : one.dst.includes("/") ? one.dst : `${one.dst}/${hostLength}`,
    protocol: one.protocol ?? "boot",
    blackhole: one.type !== undefined && one.type !== "unicast",
    nextHops: (one.nexthops ?? (one.dev === undefined ? [] : [{ ...one, dev: one.dev }])).map((hop) => {
      const gateway = hop.gateway ?? hop.via?.host;
      return { interface: hop.dev, ...(gateway === undefined ? {} : { gateway }) };
    }),
  }));
}

function parseNeighbours(text: string): LiveAdjacency[] {
  // vtysh gives up at the first daemon that does not run, in plain words.
  if (/is not running|failed to connect/i.test(text)) throw new Error("a daemon does not run");
  return parseAdjacencies(text);
}

function parseConfiguration(text: string): string[] {
  const start = text.indexOf("frr version");
  if (start < 0) throw new Error("no configuration");
  return text.slice(start).split("\n");
}

/** lldpcli's json0 wraps every value in a list. */
export function parseLldp(text: string): LldpNeighbour[] {
  type Value = readonly { readonly value?: string }[] | undefined;
  const { lldp } = JSON.parse(text) as { lldp: { interface?: { name: string; chassis?: { name?: Value }[]; port?: { id?: Value }[] }[] }[] };
  return (lldp ?? []).flatMap((one) => one.interface ?? []).map((one) => ({
    interface: one.name, host: one.chassis?.[0]?.name?.[0]?.value ?? "unnamed", port: one.port?.[0]?.id?.[0]?.value ?? "unnamed",
  }));
}

const KBIT: Readonly<Record<string, number>> = { "": 0.001, K: 1, M: 1000, G: 1_000_000 };

export function parseClasses(text: string): LiveClass[] {
  let dev = "";
  return text.split("\n").flatMap((line): LiveClass[] => {
    const device = /^dev (\S+)$/.exec(line)?.[1];
    if (device !== undefined) dev = device;
    const match = /^class htb (\S+) .*?rate (\d+)([KMG]?)bit ceil (\d+)([KMG]?)bit/.exec(line);
    if (match === null) return [];
    const [, id = "", rate, rateUnit = "", ceil, ceilUnit = ""] = match;
    return [{ interface: dev, id, rateKbit: Number(rate) * KBIT[rateUnit]!, ceilKbit: Number(ceil) * KBIT[ceilUnit]! }];
  });
}

/** The map of the chain that sorts IPv4 packets into classes. */
export function parseMarks(text: string): Map<string, string> {
  const map = /meta priority set ip dscp map \{([^}]*)\}/.exec(text)?.[1];
  if (map === undefined) {
    if (!text.includes("table inet egov_qos")) throw new Error("no table");
    return new Map();
  }
  return new Map(map.split(",").map((pair) => pair.split(/ : /).map((side) => side.trim()) as [string, string]));
}

/** `10.60.2.69 : xmt/rcv/%loss = 10/10/0%, min/avg/max = …` */
export function parsePings(text: string): LivePing[] {
  return [...text.matchAll(/^(\S+)\s*: xmt\/rcv\/%loss = (\d+)\/(\d+)\//gm)].map(([, address = "", sent, received]) => ({ address, sent: Number(sent), received: Number(received) }));
}
