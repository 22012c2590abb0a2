/** A WAN link filled with marked traffic in a twin: what each class keeps of what it is promised. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { openTools, twinName, workstationOf } from "../../../infra/twin/index.ts";
import { Failure } from "../../../inventory/failure.ts";
import type { Environment, Link, Province, QosClass, Site } from "../../../inventory/model.ts";
import { addressOf, hostsOfRole, lanWorkstation } from "../../../inventory/reach.ts";
import { predict } from "../spf.ts";

const PROGRAM = readFileSync(join(import.meta.dirname, "flood.pl"), "utf8");
const SECONDS = 5;
/** Share of its promise that a class is sent at: all of it has to arrive, but for headers and the coarseness of a busy clock. */
const OFFERED = 0.8;
/** The class that takes the rest is sent at so many times the link's capacity. */
const FLOOD = 1.2;
/** Ports outside of what the conference uses, so that nobody on the way marks these packets anew. */
const FROM_PORT = 52_000;
const TO_PORT = 42_000;
/** DSCP (RFC 2474) by the names that qos.yaml uses. */
const DSCP: Readonly<Record<string, number>> = {
  ef: 46, ...Object.fromEntries([1, 2, 3, 4, 5, 6, 7].map((n) => [`cs${n}`, n * 8])),
  ...Object.fromEntries([1, 2, 3, 4].flatMap((group) => [1, 2, 3].map((drop) => [`af${group}${drop}`, group * 8 + drop * 2]))),
};

export interface ClassUnderLoad {
  readonly name: string;
  /** Takes what the others leave: it is what fills the link, and is meant to lose. */
  readonly rest: boolean;
  readonly offeredKbit: number;
  readonly sent: number;
  readonly lossPercent: number;
  readonly jitterMilliseconds: number;
}

export interface Saturation {
  readonly link: string;
  readonly classes: readonly ClassUnderLoad[];
}

/**
 * Fills a site's link from the data center's side for some seconds. The sender is the conference host, which the policy lets send to
 * any port of an office; every class at once.
 * @throws Failure for a link that traffic to its site does not use, and where there is no twin or no conference host.
 */
export async function saturate(province: Province, environment: Environment, name: string): Promise<Saturation> {
  if (environment.kind !== "twin") throw new Failure(`'${environment.name}' is no twin: nobody fills real links`, { advice: "Leave --saturate out, or use an environment of kind twin." });
  const link = province.links.get(name);
  const site = link === undefined ? undefined : siteOf(province, link);
  const [sender] = hostsOfRole(province, "conference");
  if (link === undefined || site === undefined) throw new Failure(`there is no link '${name}' to an office`, { advice: "Name a primary link of links.yaml." });
  if (sender === undefined) throw new Failure("there is no host of the role conference to send from", { advice: "Add one to hosts.yaml." });
  if (!predict(province).paths("datacenter", site.slug).every((path) => path.links.includes(name))) {
    throw new Failure(`traffic from the data center to ${site.slug} does not use ${name}`, { advice: "Name the link that carries it: ./egov audit what-if shows the ways." });
  }
  await using tools = await openTools(twinName(province, environment));
  const address = addressOf(lanWorkstation(site)!.ipv4);
  const perl = (node: string, ...argv: (string | number)[]) => tools.run(node, ["perl", "-e", PROGRAM, ...argv.map(String)]);
  const classes = province.qos.map((one, i) => ({ one, i, offeredKbit: offeredKbit(link, one) }));
  const receivers = classes.map(({ i }) => perl(workstationOf(site), "receive", TO_PORT + i, SECONDS + 3));
  await sleep(700);
  const senders = classes.map(({ one, i, offeredKbit: kbit }) => perl(sender.name, "send", FROM_PORT + i, address, TO_PORT + i, DSCP[one.dscp[0]?.toLowerCase() ?? ""] ?? 0, kbit, SECONDS));
  const [sent, received] = await Promise.all([Promise.all(senders), Promise.all(receivers)]);
  return {
    link: name,
    classes: classes.map(({ one, i, offeredKbit: kbit }) => {
      const numbers = received[i]!.stdout.trim().split(" ").map(Number);
      const count = Number(sent[i]!.stdout.trim());
      if (received[i]!.code !== 0 || sent[i]!.code !== 0 || !(count > 0)) throw new Failure(`the class ${one.name} could not be sent: ${(sent[i]!.stderr || received[i]!.stderr).trim()}`);
      return { name: one.name, rest: one.dscp.length === 0, offeredKbit: kbit, sent: count, lossPercent: Math.round((1000 * (count - numbers[0]!)) / count) / 10, jitterMilliseconds: numbers[2]! };
    }),
  };
}

function offeredKbit(link: Link, one: QosClass): number {
  const capacity = link.capacityMbps * 1000;
  return Math.round(one.dscp.length === 0 ? capacity * FLOOD : (capacity * one.sharePercent * OFFERED) / 100);
}

function siteOf(province: Province, link: Link): Site | undefined {
  return link.ends.map((end) => province.sites.get(province.hosts.get(end.host)?.site ?? "")).find((site) => site?.kind === "office" && site.lan !== undefined);
}
