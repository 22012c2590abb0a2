/** The commands as a user runs them, on a small province of real hosts: from nothing to proof, changed, hurt, and gone. */
import { execFile } from "node:child_process";
import { copyFileSync, existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify, stripVTControlCharacters } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { applyConfiguration } from "../infra/host/apply.ts";
import type { ConfigurationInputs } from "../infra/host/inputs.ts";
import { openSession } from "../infra/host/ssh.ts";
import { networkDesign } from "../infra/network/design.ts";
import { connectionOf } from "../infra/reach.ts";
import { loadProvince } from "../inventory/index.ts";
import { projectDirectory } from "./lib/paths.ts";
import { addSite, NEW_SITE } from "./lib/newSite.ts";
import { type CommandRun, reportOf, Workbench } from "./lib/workbench.ts";

const SLUG = "province-test";
const PROOF = "3/3 sites, 6/6 pairs";
let bench: Workbench;

beforeAll(async () => {
  bench = await Workbench.open({ inventory: "inventory/small", slug: SLUG, managementPrefix: "198.18.12.0/24" });
});

afterAll(async () => {
  await bench[Symbol.asyncDispose]();
});

/** Everything on this machine that carries the province's name. */
async function remains(): Promise<string[]> {
  const { stdout } = await promisify(execFile)("ps", ["-eo", "args"]);
  return [
    ...(existsSync("/run/netns") ? readdirSync("/run/netns") : []).filter((name) => name.startsWith(SLUG)),
    ...readFileSync("/proc/self/mounts", "utf8").split("\n").filter((line) => line.includes(SLUG)),
    ...stdout.split("\n").filter((line) => line.includes(`${SLUG}-twin`)),
    ...(existsSync(`/run/egov/${SLUG}-twin`) ? [`/run/egov/${SLUG}-twin`] : []),
    ...groups(),
  ];
}

function groups(): string[] {
  return ["/sys/fs/cgroup/egov", "/sys/fs/cgroup/unified/egov"].filter((path) => existsSync(path))
    .flatMap((path) => readdirSync(path)).filter((name) => name.startsWith(SLUG));
}

/** Names of the hosts that an `up --json` changed, sorted. */
function touched(run: CommandRun): string[] {
  const { stacks } = reportOf<{ stacks: { changes: { name: string }[] }[] }>(run);
  return [...new Set(stacks.flatMap((stack) => stack.changes.map((change) => change.name)))].toSorted();
}

/** When each service of the routers last changed its state; a reload changes it, too. */
async function serviceTimes(): Promise<string> {
  const { stdout } = await bench.must("ssh", "r-so-mau", "--", "systemctl show -p Id,StateChangeTimestampMonotonic frr.service egov-network.service ssh.service");
  return stdout;
}

/** The key of OSPF as a router has it. */
const ospfKey = async (host: string): Promise<string> => await keyAfter(host, "message-digest-key 1 md5");

/** The key behind the first such words of a router's configuration. */
async function keyAfter(host: string, words: string): Promise<string> {
  const { stdout } = await bench.must("ssh", host, "--", `grep -m1 -o '${words} .*' /etc/frr/frr.conf`);
  return stdout.trim().split(" ").at(-1) as string;
}

describe("before anything stands", { timeout: 60_000 }, () => {
  test("an error in the inventory stops everything, and nothing is touched", async () => {
    const links = readFileSync(`${bench.directory}/links.yaml`, "utf8");
    await bench.edit("links.yaml", (text) => text.replace(/capacityMbps: \d+/, "capacityMbps: 0"));
    const run = await bench.egov("up");
    await bench.edit("links.yaml", () => links);
    expect(run.exitCode).toBe(1);
    expect(run.stderr).toMatch(/links\.yaml:\d+: "capacityMbps" is 0; it must be more than 0$/m);
    expect(await remains()).toEqual([]);
  });

  test("real hosts are not changed without being asked, nor without a passphrase", async () => {
    const run = await bench.egov("up", "--environment", "production");
    expect(run.exitCode).toBe(1);
    expect(run.stderr).toContain("the secrets of 'production' need a passphrase");
  });

  test.each([
    [["up", "--environment", "moon"], "there is no environment 'moon'"],
    [["ssh", "nobody"], "there is no host 'nobody' in the inventory"],
    [["twin", "cut", "some-link"], `twin ${SLUG}-twin is not up`],
    [["status", "--inventory", "/nowhere"], "/nowhere"],
    [["audit", "topology", "--against", "HEAD", "--live"], "'--against <rev-or-dir>' cannot be used with option '--live'"],
    [["audit", "topology", "--against", "HEAD", "--html", "page.html"], "'--against <rev-or-dir>' cannot be used with option '--html <file>'"],
  ])("egov %j is refused in one line", async (argv, message) => {
    const run = await bench.egov(...argv);
    expect(run.exitCode).toBe(1);
    expect(run.stderr).toContain(message);
    expect(run.stderr).not.toMatch(/\n\s+at /);
  });
});

describe("a province of three offices", { timeout: 600_000 }, () => {
  test("Ctrl-C in the middle of up: it says how to go on, and the next up ends with the proof", async () => {
    const { child, ended } = bench.start("up");
    // While hosts boot there is nothing of the stacks to go on with.
    const underWay = new Promise<void>((found) => child.stdout!.on("data", (text: string) => { if (/^network\.twin: \S+ created/m.test(text)) found(); }));
    await Promise.race([underWay, ended]);
    child.kill("SIGINT");
    const stopped = await ended;
    expect(stopped.exitCode).toBe(8);
    expect(stopped.stderr).toContain("same command");

    const run = await bench.must("up");
    expect(run.stdout).toContain(`proof: ${PROOF}`);
  });

  test("up again changes nothing and reloads nothing", async () => {
    const before = await serviceTimes();
    const run = await bench.must("up");
    expect(run.stdout).toContain("network.twin: no changes");
    expect(run.stdout).toContain("datacenter.twin: no changes");
    expect(await serviceTimes()).toBe(before);
    expect((await bench.must("preview", "--expect-no-changes")).stdout).toContain("no changes");
  });

  test("status --json tells what stands", async () => {
    const { stdout } = await bench.must("status", "--json");
    const status = JSON.parse(stdout) as { twin: { state: string; hosts: unknown[] }; stacks: { resources: number }[] };
    expect(status.twin).toMatchObject({ state: "up" });
    expect(status.twin.hosts).toHaveLength(16);
    expect(status.stacks.every((stack) => stack.resources > 0)).toBe(true);
  });

  test("secrets stand nowhere in plain on this machine, but do on the host", async () => {
    const key = await ospfKey("r-so-mau");
    expect(key.length).toBeGreaterThanOrEqual(8);
    const { stdout } = await promisify(execFile)("grep", ["-rlF", key, bench.directory]).catch(() => ({ stdout: "" }));
    expect(stdout).toBe("");
  });

  test("a primary link cut silently: all is reached by the other way, the dead adjacencies are named, and it heals", async () => {
    const { province } = loadProvince(bench.directory);
    const backedUp = [...province.links.values()].find((link) => link.role === "backup")!.ends.map((end) => end.host);
    const primary = [...province.links.values()].find((link) => link.role === "primary" && link.ends.some((end) => backedUp.includes(end.host) && end.host.startsWith("r-")))!;
    await bench.must("twin", "cut", primary.name);
    await sleep(3_000);
    const hurt = await bench.egov("status", "--live");
    expect(hurt.exitCode).toBe(2);
    expect(hurt.stdout).toContain(PROOF);
    expect(hurt.stdout).toContain(`link ${primary.name}: cut (silent)`);
    for (const end of primary.ends) expect(hurt.stdout).toMatch(new RegExp(`^${end.host} ${end.interface}: ospf2 with .* is absent$`, "m"));

    await bench.must("twin", "restore", primary.name);
    expect((await bench.must("up")).stdout).toContain(PROOF);
  });

  test("another key of OSPF stops at the canary, which comes back with its neighbours; asked not to look for them, it goes through", async () => {
    const settings = "Pulumi.network.twin.yaml";
    const before = readFileSync(`${bench.directory}/${settings}`, "utf8");
    const withoutKey = (text: string): string => text.replace(/^  egov:ospf:\n +secure: .*\n/m, "");
    const key = await ospfKey("r-huyen-bien");
    const others = async (): Promise<string[]> => Promise.all(["r-so-mau", "agg1", "core2"].map(async (host) =>
      (await bench.must("ssh", host, "--", "sha256sum /etc/frr/frr.conf; stat -c %Y /var/lib/egov/configurations/network.json")).stdout));
    const untouched = await others();

    await bench.edit(settings, withoutKey);
    const stopped = await bench.egov("up", "--only", "network", "--no-prove");
    expect(stopped.exitCode).toBe(4);
    expect(stopped.stderr).toMatch(/^r-huyen-bien \([\d.]+\): its neighbours .*agg1 \(ospf2 on link34\).* are not back 20 s after the change; everything is back as it was$/m);
    expect(stopped.stderr).toContain("a host went back to what it had: no other is changed");
    expect(await others()).toEqual(untouched);
    expect(await ospfKey("r-huyen-bien")).toBe(key);
    const full = "vtysh -c 'show ip ospf neighbor' -c 'show ipv6 ospf6 neighbor' | grep -c Full";
    await expect.poll(async () => (await bench.egov("ssh", "r-huyen-bien", "--", full)).stdout, { timeout: 20_000 }).toBe("4\n");

    expect((await bench.must("up", "--only", "network", "--confirm", "reach")).stdout).toContain(PROOF);
    expect(await ospfKey("r-huyen-bien")).not.toBe(key);
    expect(readFileSync(`${bench.directory}/${settings}`, "utf8")).not.toBe(before);
  });

  test("what somebody changes on a host is seen by a refresh, line by line, and mended by up", async () => {
    await bench.must("ssh", "r-so-mau", "--", "sed -i 's/^hostname .*/hostname somebody/' /etc/frr/frr.conf");
    const drift = await bench.egov("drift");
    expect(drift.exitCode).toBe(2);
    expect(drift.stdout).toMatch(/^ +-hostname r-so-mau$/m);
    expect(drift.stdout).toMatch(/^ +\+hostname somebody$/m);
    expect(drift.stdout).toContain("network.twin: 1 differ (r-so-mau)");
    const preview = await bench.egov("preview", "--refresh", "--expect-no-changes");
    expect(preview.exitCode).toBe(7);
    expect(preview.stdout).toMatch(/^ +-hostname somebody$/m);
    expect(preview.stdout).toMatch(/^ +\+hostname r-so-mau$/m);
    const run = await bench.must("up", "--refresh", "--json");
    expect(touched(run)).toEqual(["r-so-mau"]);
    expect((await bench.must("ssh", "r-so-mau", "--", "grep ^hostname /etc/frr/frr.conf")).stdout).toBe("hostname r-so-mau\n");
  });

  test("a site more touches only the hosts concerned; a host out of reach does not stop the others; the site leaves again", async () => {
    const description = Object.fromEntries(["sites.yaml", "hosts.yaml", "links.yaml"].map((file) => [file, readFileSync(`${bench.directory}/${file}`, "utf8")]));
    const { province } = loadProvince(bench.directory);
    const concerned = await addSite(bench, province);
    const [hub] = concerned.filter((name) => province.hosts.get(name)?.role === "aggregation");
    await bench.must("twin", "exec", hub!, "--", "systemctl", "stop", "ssh");

    const preview = await bench.must("preview");
    expect(preview.stdout).toContain("audit: what this does to the network");
    const broken = await bench.egov("up");
    expect(broken.exitCode).toBe(4);
    expect(broken.stderr).toContain(hub);
    expect(broken.stderr).toContain("the same command goes on");

    await bench.must("twin", "exec", hub!, "--", "systemctl", "start", "ssh");
    const mended = await bench.must("up", "--json");
    // The others were done before; the data center's servers waited for the network.
    expect(touched(mended)).toContain(hub);
    expect(touched(mended).every((name) => concerned.includes(name))).toBe(true);
    expect(reportOf(mended)).toMatchObject({ proof: { ok: true, reachability: { sites: { reached: 4, total: 4 }, pairs: { reached: 12, total: 12 } } } });
    expect((await bench.must("ssh", `r-${NEW_SITE}`, "--", "hostname")).stdout).toBe(`r-${NEW_SITE}\n`);

    for (const [file, text] of Object.entries(description)) await bench.edit(file, () => text);
    const left = await bench.must("up", "--json");
    expect(touched(left)).toEqual(concerned);
    expect(reportOf(left)).toMatchObject({ proof: { ok: true, reachability: { sites: { reached: 3, total: 3 } } } });
    expect((await remains()).some((line) => line.includes(NEW_SITE))).toBe(false);
  });

  test("a wave that fails is taken back as a whole", async () => {
    const { province } = loadProvince(bench.directory);
    const link = [...province.links.values()].find((one) => one.role === "primary")!;
    const hub = link.ends.map((end) => end.host).find((name) => province.hosts.get(name)?.role !== "site-router")!;
    const site = link.ends.map((end) => end.host).find((name) => name !== hub)!;
    const links = readFileSync(`${bench.directory}/links.yaml`, "utf8");
    await bench.edit("links.yaml", (text) => text.replace(new RegExp(`(name: ${link.name},.* capacityMbps: )\\d+`), (_line, start: string) => `${start}77`));
    await bench.must("twin", "exec", hub, "--", "sh", "-c", "mount --bind /etc/frr /etc/frr && mount -o remount,bind,ro /etc/frr");
    const failed = await bench.egov("up", "--only", "network", "--no-prove", "--rollback-on-failure");
    await bench.must("twin", "exec", hub, "--", "umount", "/etc/frr");
    await bench.edit("links.yaml", () => links);
    expect(failed.exitCode).toBe(4);
    expect(failed.stderr).toContain(hub);
    expect(failed.stdout).toContain(`${site} updated`);
    expect(failed.stderr).toContain("network.twin: 1 changes were taken back");
    expect((await bench.must("preview", "--expect-no-changes")).stdout).toContain("network.twin: no changes");
    expect((await bench.must("drift")).stdout).toContain("network.twin: as the state says");
  });

  test("a configuration that FRR refuses never replaces the running one", async () => {
    const { province } = loadProvince(bench.directory);
    const host = province.hosts.get("agg1")!;
    const connection = connectionOf(province, province.environments.get("twin")!, host);
    const running = "sha256sum /etc/frr/frr.conf; vtysh -c 'show running-config' | sha256sum; systemctl show -p StateChangeTimestampMonotonic frr";
    const before = (await bench.must("ssh", host.name, "--", running)).stdout;

    const session = await openSession(connection, new AbortController().signal);
    try {
      const intent = networkDesign(province).get(host.name)!;
      const old: ConfigurationInputs = { host: host.name, role: "network", connection, ...intent, secrets: { ospf: await ospfKey(host.name), bgp: await keyAfter(host.name, "password") } };
      const file = intent.files!["/etc/frr/frr.conf"]!;
      // Known words that make no sense together: vtysh alone lets them pass.
      const content = file.content.replace("router ospf\n", "router ospf\n area 0.0.0.0 stub\n");
      const refused = applyConfiguration(session, { ...old, files: { ...intent.files, "/etc/frr/frr.conf": { ...file, content } } }, old);
      await expect(refused).rejects.toThrow(/frr/);
    } finally {
      session.close();
    }
    expect((await bench.must("ssh", host.name, "--", running)).stdout).toBe(before);
  });

  test("a host that died is named, and up boots it again with what it had", async () => {
    const { stdout } = await bench.must("twin", "exec", "r-so-mau", "--", "cat", "/proc/sys/kernel/random/boot_id");
    expect(stdout).not.toBe("");
    await bench.egov("twin", "exec", "r-so-mau", "--", "systemctl", "poweroff", "--force", "--force");
    await expect.poll(async () => (await bench.egov("status")).stdout, { timeout: 20_000 }).toContain("dead: r-so-mau");
    const run = await bench.must("up");
    expect(run.stdout).toContain("1 of them booted now");
    expect(run.stdout).toContain(PROOF);
  });

  test("as real hosts, reached by the keys that the environment names, they are provisioned and proven from their routers", async () => {
    const keys = `/run/egov/${SLUG}-twin/ssh`;
    await bench.edit("environments.yaml", (text) => text
      .replace(/managementPrefix: 10\.63\.240\.0\/24/, "managementPrefix: 198.18.12.0/24")
      .replace("~/.ssh/egov_ed25519", `${keys}/id_ed25519`).replace("knownHostsFile: known_hosts", `knownHostsFile: ${keys}/known_hosts`)
      .replace(/(name: twin, kind: twin, managementPrefix: )[\d./]+/, "$1198.18.13.0/24"));
    // The keys that the edge of the state network already has.
    copyFileSync(`${bench.directory}/Pulumi.network.twin.yaml`, `${bench.directory}/Pulumi.network.production.yaml`);
    process.env["PULUMI_CONFIG_PASSPHRASE_FILE"] = `${bench.directory}/.egov/passphrase`;
    try {
      const refused = await bench.egov("up", "--environment", "production");
      expect(refused.exitCode).toBe(1);
      expect(refused.stderr).toContain("Add --yes");
      const run = await bench.must("up", "--environment", "production", "--yes", "--json");
      // The edge of the state network belongs to somebody else.
      expect(touched(run)).not.toContain("tslcd1");
      expect(reportOf(run)).toMatchObject({ proof: { ok: true, reachability: { sites: { reached: 3, total: 3 }, pairs: { reached: 6, total: 6 } } } });
      process.env["PULUMI_CONFIG_PASSPHRASE"] = "wrong";
      expect((await bench.egov("preview", "--environment", "production")).stderr).toContain("the passphrase is wrong");
    } finally {
      delete process.env["PULUMI_CONFIG_PASSPHRASE"];
      delete process.env["PULUMI_CONFIG_PASSPHRASE_FILE"];
    }
    await bench.edit("environments.yaml", (text) => text.replace("198.18.12.0/24", "10.63.240.0/24").replace("198.18.13.0/24", "198.18.12.0/24"));
  });

  test("down leaves nothing", async () => {
    // On a terminal, as a user sees it.
    const env = { ...process.env, CI: undefined, EGOV_INVENTORY: bench.directory };
    const command = `stty cols 120 rows 40; ${process.execPath} ${join(projectDirectory, "scripts/egov.ts")} down`;
    const { stdout } = await promisify(execFile)("script", ["-qefc", command, "/dev/null"], { env });
    expect(stripVTControlCharacters(stdout)).toContain("✔ twin twin: gone");
    expect(stripVTControlCharacters(stdout)).toContain("✔ stacks: forgotten");
    await expect.poll(remains, { timeout: 5_000 }).toEqual([]);
    expect((await bench.must("twin", "down", "--name", `${SLUG}-twin`)).stdout).toContain("did not stand");
    expect((await bench.must("status")).stdout).toContain("twin: down");
  });
});
