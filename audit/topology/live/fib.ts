/** Paths as the kernels of live routers have them: their own forwarding tables, followed hop by hop, without sending a packet. */
import { contains, type Prefix, prefixOf } from "../../../inventory/address.ts";
import type { Province } from "../../../inventory/model.ts";
import { addressOf } from "../../../inventory/reach.ts";
import type { Family } from "../destinations.ts";
import { isForeign } from "../spf.ts";
import { type Decision, type Hop, type Path, walk } from "../walk.ts";
import type { LiveHost, LiveNextHop, LiveRoute } from "./host.ts";

interface Entry {
  readonly prefix: Prefix;
  readonly route: LiveRoute;
}

const fibs = new WeakMap<ReadonlyMap<string, LiveHost>, Fib>();

/** The tables of one reading of the hosts: every check of it asks the same, so that no way is followed twice. */
export function fibOf(province: Province, hosts: ReadonlyMap<string, LiveHost>): Fib {
  const fib = fibs.get(hosts) ?? new Fib(province, hosts);
  fibs.set(hosts, fib);
  return fib;
}

export class Fib {
  readonly #province: Province;
  readonly #hosts: ReadonlyMap<string, LiveHost>;
  readonly #tables = new Map<string, readonly Entry[]>();
  /** Address → host, link-local ones with their link's other end told by `interface`. */
  readonly #owners = new Map<string, string>();
  /** `host interface` → link. */
  readonly #links = new Map<string, string>();
  readonly #kept = new Map<string, Decision>();

  /** @param hosts what could be read; a path ends as `unread` at a router that is not in it. */
  constructor(province: Province, hosts: ReadonlyMap<string, LiveHost>) {
    this.#province = province;
    this.#hosts = hosts;
    for (const [name, host] of hosts) {
      for (const one of host.interfaces) {
        for (const address of [...one.addresses.map(addressOf), ...one.linkLocal]) this.#owners.set(address, name);
      }
    }
    for (const link of province.links.values()) for (const end of link.ends) this.#links.set(`${end.host} ${end.interface}`, link.name);
  }

  /** What `host` does with a packet to `address`. */
  decide(host: string, address: string, family: Family): Decision {
    const key = `${host} ${address}`;
    const known = this.#kept.get(key) ?? this.#decide(host, address, family);
    this.#kept.set(key, known);
    return known;
  }

  /** Every path of a packet that enters the network at the router `start`. */
  paths(start: string, address: string, family: Family): Path[] {
    return walk(start, (host, cameBy) =>
      (cameBy !== undefined && isForeign(this.#province, cameBy, host, start) ? { kind: "drop", why: "filtered" } : this.decide(host, address, family)));
  }

  /** The host that has an address, by its own word. */
  ownerOf(address: string): string | undefined {
    return this.#owners.get(address);
  }

  #decide(host: string, address: string, family: Family): Decision {
    const live = this.#hosts.get(host);
    // What becomes of packets at somebody else's edge is not ours to ask.
    if (live === undefined) return this.#isExternal(host) ? { kind: "deliver" } : { kind: "drop", why: "unread" };
    if (live.interfaces.some((one) => one.addresses.some((own) => addressOf(own) === address))) return { kind: "deliver" };
    const inner = prefixOf(`${address}/${family === "ipv4" ? 32 : 128}`);
    const found = this.#table(host, live, family).find(({ prefix }) => contains(prefix, inner))?.route;
    if (found === undefined) return { kind: "drop", why: "no-route" };
    if (found.blackhole) return { kind: "drop", why: "discarded" };
    if (found.nextHops.some((hop) => hop.gateway === undefined)) return { kind: "deliver" };
    return { kind: "forward", hops: found.nextHops.map((hop) => this.#hop(host, hop)) };
  }

  #isExternal(host: string): boolean {
    const site = this.#province.hosts.get(host)?.site;
    return site !== undefined && this.#province.sites.get(site)?.kind === "external";
  }

  /** Longest prefixes first. */
  #table(host: string, live: LiveHost, family: Family): readonly Entry[] {
    const key = `${host} ${family}`;
    const known = this.#tables.get(key) ?? live.routes[family].map((route) => ({ route, prefix: prefixOf(route.prefix) })).toSorted((a, b) => b.prefix.length - a.prefix.length);
    this.#tables.set(key, known);
    return known;
  }

  /** Whose address the next hop is, whatever the inventory says of the cable; where nobody read has it, the inventory's word. */
  #hop(host: string, { gateway, interface: name }: LiveNextHop): Hop {
    const link = this.#links.get(`${host} ${name}`) ?? name;
    const intended = this.#province.links.get(link)?.ends.find((end) => end.host !== host)?.host;
    return { link, host: this.#owners.get(gateway!) ?? intended ?? "?" };
  }
}
