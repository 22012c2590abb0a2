/** The monitoring on a small province of real hosts: what is cut or killed is seen, by one alert that names it, and over when it is mended. */
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadProvince } from "../inventory/index.ts";
import { openAccess } from "../monitoring/access.ts";
import { type ActiveAlert, queryCommand, type Screen, type Silence } from "../monitoring/screen.ts";
import { tellStackStates } from "../monitoring/stackState.ts";
import { Workbench } from "./lib/workbench.ts";

/** Until something is seen on a busy machine, milliseconds; on a calm one it takes about ten seconds. */
const PATIENCE = { timeout: 90_000, interval: 500 };
/** Pages that are right here, because these layers are not up. */
const OTHER_LAYERS = ["MailProbeFailing", "VideoProbeFailing"];

let bench: Workbench;

beforeAll(async () => {
  bench = await Workbench.open({ inventory: "inventory/small", slug: "mon-test", managementPrefix: "198.18.27.0/24" });
  await bench.must("up", "--only", "network", "datacenter", "monitoring", "--no-prove");
}, 400_000);

afterAll(async () => {
  await bench[Symbol.asyncDispose]();
});

async function screen(): Promise<Screen | Silence> {
  const { stdout } = await bench.egov("status", "--json");
  return (JSON.parse(stdout) as { monitoring: Screen | Silence }).monitoring;
}

/** Alerts that people are told of, but for what is amiss because only some layers are up. */
async function told(severity?: string): Promise<ActiveAlert[]> {
  const now = await screen();
  if ("silent" in now) throw new Error(now.silent);
  return now.alerts.filter((alert) => !alert.inhibited && !OTHER_LAYERS.includes(alert.name) && (severity === undefined || alert.severity === severity));
}

const summaryOf = (alerts: readonly ActiveAlert[]): string[] => alerts.map(({ name, about }) => `${name} ${about}`);

/** What people were told of a site, in order. */
async function notices(site: string): Promise<string[]> {
  const { stdout } = await bench.must("ssh", "mon1", "--", "journalctl -u egov-exporter-pager -o cat --no-pager");
  const lines = stdout.split("\n").filter((line) => line.startsWith("{")).map((line) => JSON.parse(line) as Record<string, string>);
  return lines.filter((line) => line["site"] === site).map(({ receiver, status, alertname }) => `${receiver} ${status} ${alertname}`);
}

async function query(expression: string): Promise<{ metric: Record<string, string>; value: [number, string] }[]> {
  const { stdout } = await bench.must("ssh", "mon1", "--", queryCommand(loadProvince(bench.directory).province, expression));
  return (JSON.parse(stdout) as { data: { result: { metric: Record<string, string>; value: [number, string] }[] } }).data.result;
}

const silentTargets = async (): Promise<string[]> => (await query('up{job!="probe"} == 0')).map(({ metric }) => metric["instance"] as string);

describe("a province of three offices", { timeout: 240_000 }, () => {
  test("every host and exporter answers, and all is as the inventory says", async () => {
    await expect.poll(silentTargets, PATIENCE).toEqual([]);
    await expect.poll(async () => await screen(), PATIENCE).toMatchObject({
      links: { well: 14, total: 14 }, sites: { well: 3, total: 3 }, adjacencies: { well: 92, total: 92, not: [] }, hosts: { well: 14, total: 14 }, watchers: { well: 6, total: 6 },
    });
    expect(await query("sum(routing_adjacency_unexpected)")).toMatchObject([{ value: [expect.anything(), "0"] }]);
    expect((await query('probe_success{service="dns"} == 1')).length).toBe(1);
    expect(summaryOf(await told("page"))).toEqual([]);
  });

  test("what each stack's last up came to stands beside the rest", async () => {
    const { province } = loadProvince(bench.directory);
    await using access = await openAccess(province, province.environments.get("twin")!);
    expect(await tellStackStates(province, access, [{ stack: "mail.twin", succeeded: false, endedAt: new Date() }])).toBe(true);
    await expect.poll(async () => (await query("stack_last_up_success")).map(({ metric, value }) => `${metric["stack"]} ${value[1]}`).toSorted(), PATIENCE)
      .toEqual(["datacenter.twin 1", "mail.twin 0", "monitoring.twin 1", "network.twin 1"]);
    await expect.poll(async () => summaryOf(await told("ticket")), PATIENCE).toContainEqual("StackUpFailed mail.twin");
  });

  test("both links of a district cut: one page and nothing else, over once when they are back; one link of an office cut meanwhile: a ticket", async () => {
    await bench.must("twin", "cut", "huyen-bien-primary");
    await bench.must("twin", "cut", "huyen-bien-backup");
    const cutAt = performance.now();
    await bench.must("twin", "cut", "so-mau-primary");
    await expect.poll(async () => summaryOf(await told("page")), PATIENCE).toEqual(["DistrictIsolated huyen-bien"]);
    console.log(`page after ${((performance.now() - cutAt) / 1000).toFixed(1)} s`);
    await expect.poll(async () => summaryOf(await told("ticket")), PATIENCE).toContainEqual("LinkDown so-mau-primary");
    await expect.poll(async () => await notices("so-mau"), PATIENCE).toEqual(["ticket firing LinkDown"]);
    // By now all that follows from the cut has been told or kept quiet.
    expect(summaryOf(await told("page"))).toEqual(["DistrictIsolated huyen-bien"]);
    expect(summaryOf(await told()).filter((line) => line.includes("huyen-bien"))).toEqual(["DistrictIsolated huyen-bien"]);
    const text = (await bench.egov("status")).stdout;
    expect(text).toMatch(/^links +11\/14, down: huyen-bien-backup, huyen-bien-primary, so-mau-primary$/m);
    expect(text).toMatch(/^sites +2\/3, cut off: huyen-bien$/m);
    expect(text).toMatch(/^DistrictIsolated +page .*huyen-bien/m);

    for (const link of ["huyen-bien-primary", "huyen-bien-backup", "so-mau-primary"]) await bench.must("twin", "restore", link);
    await expect.poll(async () => summaryOf(await told()).filter((line) => /huyen-bien|so-mau/.test(line)), PATIENCE).toEqual([]);
    await expect.poll(async () => await notices("huyen-bien"), PATIENCE).toEqual(["page firing DistrictIsolated", "page resolved DistrictIsolated"]);
    expect((await notices("so-mau")).filter((line) => line !== "ticket resolved LinkDown")).toEqual(["ticket firing LinkDown"]);
  });

  test.each([
    ["mon1", "prometheus.service"], ["mon1", "egov-exporter-wan.service"], ["mon1", "prometheus-alertmanager.service"], ["agg1", "egov-neighbours.service"],
  ])("killed on %s, %s comes back by its unit, and that is told", async (host, unit) => {
    await bench.must("ssh", host, "--", `systemctl kill --signal=KILL ${unit}`);
    await expect.poll(async () => (await bench.egov("ssh", host, "--", `systemctl is-active ${unit}`)).stdout.trim(), { timeout: 15_000, interval: 300 }).toBe("active");
    await expect.poll(async () => summaryOf(await told().catch(() => [])), PATIENCE).toContainEqual(`ServiceRestarted ${host} ${unit}`);
  });

  test("a Prometheus that stays dead is paged by its watchdog, and status says that it does not answer", async () => {
    await bench.must("ssh", "mon1", "--", "systemctl stop prometheus");
    const status = await bench.egov("status");
    expect(status.exitCode).toBe(2);
    expect(status.stdout).toContain("monitoring: no answer, so nothing is known of links, mail, conference and alerts (mon1: Prometheus does not answer)");
    await expect.poll(async () => await notices("trung-tam-du-lieu"), PATIENCE).toContainEqual("page firing PrometheusDown");
    await bench.must("ssh", "mon1", "--", "systemctl start prometheus");
    await expect.poll(async () => await notices("trung-tam-du-lieu"), PATIENCE).toContainEqual("page resolved PrometheusDown");
  });

  test("a host that died is named", async () => {
    await bench.egov("twin", "exec", "dns1", "--", "systemctl", "poweroff", "--force", "--force");
    await expect.poll(async () => summaryOf(await told().catch(() => [])), PATIENCE).toContainEqual("HostDown dns1");
    // Its services are gone with it: nobody needs to be told.
    await sleep(5_000);
    expect(summaryOf(await told()).filter((line) => line.includes("dns1"))).toEqual(["HostDown dns1"]);
  });
});
