/** How long a stream is interrupted when a link of a running twin is cut silently, and when it comes back. */
import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { cutLink, restoreLink, twinName, workstationOf } from "../infra/twin/index.ts";
import { hostAddress } from "../infra/network/resolver.ts";
import { namespaceOf } from "../infra/twin/names.ts";
import { hostsOfRole } from "../inventory/index.ts";
import type { Environment, Host, Province, Site } from "../inventory/model.ts";
import type { StreamReport } from "./stream.ts";

const INTERVAL_MILLISECONDS = 5;
const PORT = 5005;
/** Long enough for the adjacency to come back after the link has. */
const SETTLE_MILLISECONDS = 6_000;

export interface Failover {
  readonly site: string;
  readonly link: string;
  readonly cut: StreamReport;
  readonly restored: StreamReport;
}

/** Streams from the site's workstation to the first DNS server while its primary link is cut, and while it comes back. */
export async function measureFailover(province: Province, environment: Environment, site: Site): Promise<Failover> {
  const twin = twinName(province, environment);
  const link = [...province.links.values()].find((l) => l.role === "primary" && l.ends.some((end) => province.hosts.get(end.host)?.site === site.slug));
  if (link === undefined) throw new Error(`${site.slug} has no primary link`);
  const server = hostsOfRole(province, "dns")[0] as Host;
  const address = hostAddress(server)!.ipv4;

  const measure = async (event: () => Promise<void>): Promise<StreamReport> => {
    const receiver = stream(namespaceOf(twin, server.name), "receive", address, String(PORT));
    const report = reportOf(receiver);
    await sleep(500);
    const sender = stream(namespaceOf(twin, workstationOf(site)), "send", address, String(PORT), String(INTERVAL_MILLISECONDS));
    await sleep(1_500);
    await event();
    await sleep(SETTLE_MILLISECONDS);
    sender.kill("SIGTERM");
    await sleep(200);
    receiver.kill("SIGTERM");
    return await report;
  };
  const cut = await measure(() => cutLink(twin, link.name));
  const restored = await measure(() => restoreLink(twin, link.name));
  return { site: site.slug, link: link.name, cut, restored };
}

function stream(namespace: string, ...argv: string[]): ChildProcess {
  return spawn("nsenter", [`--net=/run/netns/${namespace}`, process.execPath, join(import.meta.dirname, "stream.ts"), ...argv], {
    stdio: ["ignore", "pipe", "inherit"],
  });
}

async function reportOf(receiver: ChildProcess): Promise<StreamReport> {
  let text = "";
  receiver.stdout?.setEncoding("utf8").on("data", (chunk: string) => { text += chunk; });
  await new Promise((done, fail) => { receiver.on("close", done); receiver.on("error", fail); });
  return JSON.parse(text) as StreamReport;
}
