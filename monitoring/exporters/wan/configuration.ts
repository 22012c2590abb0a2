import type { Adjacency } from "../../../infra/network/adjacency.ts";

/** What the `wan` exporter is told: the links and adjacencies that the inventory implies, and whom to ask about them. */
export interface WanConfiguration {
  readonly port: number;
  /** How often routers are read, seconds. */
  readonly everySeconds: number;
  /** The file of the routers' reporter, as the node exporter names it. */
  readonly neighboursFile: string;
  readonly routers: readonly WanRouter[];
  readonly links: readonly WanLink[];
  /** Those that the routers above see. */
  readonly adjacencies: readonly WanAdjacency[];
}

export interface WanAdjacency extends Adjacency {
  /** What it goes over: a link's name, or two hubs'. */
  readonly way: string;
  readonly district: string;
  readonly site: string;
}

export interface WanRouter {
  readonly name: string;
  readonly role: string;
  /** By which the province knows it. */
  readonly address: string;
  /** Its node exporter's: address and port. */
  readonly exporter: string;
}

export interface WanLink {
  readonly link: string;
  readonly role: string;
  readonly district: string;
  /** The office's that it serves; the data center's for its own. */
  readonly site: string;
  /** The router of the data center that it hangs on, if any does, and its interface there: where bytes are counted. */
  readonly hub: string;
  readonly interface: string;
  readonly carrier: string;
  readonly capacityMbps: number;
  /** Addresses that must answer for the link to be up. Without any, the hub's neighbours over the link tell whether it is. */
  readonly probes: readonly string[];
}
