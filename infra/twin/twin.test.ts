/** Real twins on this machine: needs root. The image is built by the first run and kept. */
import { spawn, type ChildProcess } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { twinsGroup } from "./cgroups.ts";
import { fixtureProvince, type FixtureOptions } from "./fixture.ts";
import {
  cutLink, execIn, restoreLink, runInNamespace, twinConnection, twinDown, twinStatus, twinUp, twinsHere, type TwinReport,
} from "./index.ts";
import { RECORD } from "./limits.ts";
import { operatorInterface } from "./names.ts";
import { attempt } from "./run.ts";
import { tracesOf } from "./traces.ts";

const FIRST: FixtureOptions = { slug: "twintest-a", managementPrefix: "172.30.91.0/24" };
const SECOND: FixtureOptions = { slug: "twintest-b", managementPrefix: "172.30.92.0/24" };
const A = "twintest-a-twin";
const B = "twintest-b-twin";

const up = (options: FixtureOptions): Promise<TwinReport> => twinUp(fixtureProvince(options), "twin", { packages: [], communes: "all" });

async function inHost(host: string, command: string, twin = A): Promise<string> {
  const { code, stdout, stderr } = await execIn(twin, host, ["sh", "-c", command]);
  expect(stderr + (code === 0 ? "" : `exit ${code}`)).toBe("");
  return stdout.trim();
}

async function ssh(host: string, command: string, knownHostsFile?: string) {
  const province = fixtureProvince(FIRST);
  const connection = twinConnection(province, province.environments.get("twin")!, province.hosts.get(host)!);
  return attempt(["ssh", "-F", "none", "-i", connection.identityFile, "-p", String(connection.port), "-o", "BatchMode=yes",
    "-o", "StrictHostKeyChecking=yes", "-o", `UserKnownHostsFile=${knownHostsFile ?? connection.knownHostsFile}`,
    `${connection.user}@${connection.address}`, command]);
}

const neighbourLimit = (): string => readFileSync("/proc/sys/net/ipv4/neigh/default/gc_thresh3", "utf8").trim();
/** Before any twin: where others stand by now, the first of them has written it down. */
const limitBefore = existsSync(RECORD) ? (JSON.parse(readFileSync(RECORD, "utf8")) as { limits: Record<string, string> }).limits["net.ipv4.neigh.default.gc_thresh3"] : neighbourLimit();

let first: TwinReport;
beforeAll(async () => {
  await Promise.all([twinDown(A), twinDown(B)]);
  first = await up(FIRST);
}, 200_000);
afterAll(async () => {
  await Promise.all([twinDown(A), twinDown(B)]);
});

describe("a twin of three hosts", () => {
  test("boots every host", async () => {
    expect(first.failed).toEqual([]);
    expect(first.booted.toSorted()).toEqual(["core", "dns1", "office1-r1"]);
    const status = await twinStatus(A);
    expect(status).toMatchObject({ state: "up", environment: "twin", links: 1, cuts: {} });
    expect(status.hosts.map(({ name, address, running }) => `${name} ${address} ${running}`)).toEqual(
      ["core 172.30.91.2 true", "dns1 172.30.91.3 true", "office1-r1 172.30.91.12 true"]);
  });

  test("is left as it is by another up", async () => {
    const again = await up(FIRST);
    expect(again).toMatchObject({ booted: [], failed: [], onOtherImage: [] });
    expect(again.running).toHaveLength(3);
  });

  test("is reached by SSH with a key of its own and a host key that is verified", async () => {
    for (const host of ["core", "dns1", "office1-r1"]) expect(await ssh(host, "hostname")).toMatchObject({ code: 0, stdout: `${host}\n` });
    const refused = await ssh("core", "hostname", "/dev/null");
    expect(refused.code).toBe(255);
    expect(refused.stderr).toContain("Host key verification failed");
  });

  test("starts nothing but what every Debian host starts", async () => {
    expect(await inHost("core", "systemctl list-units --type=service --state=running --no-legend --plain | cut -d' ' -f1")).toBe(
      "ssh.service\nsystemd-journald.service");
    expect(await inHost("core", "systemctl --failed --no-legend")).toBe("");
  });

  test("shows a host nothing of the machine or of other hosts", async () => {
    expect(await inHost("core", "ls /sys/class/net")).toBe("lo\nmgmt0\nsrv0\nwan1");
    expect(await inHost("core", "cat /proc/net/dev | grep -c :")).toBe("4");
    const mounts = await inHost("core", "cat /proc/self/mountinfo");
    for (const secret of ["/var/cache", "/run/egov", first.image.hash, "ext4", "/run/netns"]) expect(mounts).not.toContain(secret);
    expect(await inHost("core", "ls -A /run/egov /run/netns 2>/dev/null || echo none")).toBe("none");
    expect(await inHost("core", "cat /etc/resolv.conf /proc/sys/kernel/hostname")).toBe("core");
    expect(await inHost("core", "ps -e -o comm= | sort | uniq | grep -v -e sshd -e systemd -e ps -e sort -e uniq -e grep -e sh || echo none")).toBe("none");
    expect(await inHost("core", "cat /etc/machine-id")).not.toBe(await inHost("dns1", "cat /etc/machine-id"));
  });

  test("lets no host set the machine's clock", async () => {
    // Should it succeed after all, it sets what is there.
    expect(await ssh("core", "date -s @$(date +%s)")).toMatchObject({ code: 1, stderr: expect.stringContaining("Operation not permitted") });
    expect((await execIn(A, "core", ["sh", "-c", "date -s @$(date +%s)"])).code).toBe(1);
  });

  test("lets a host set its own network's sysctls, and starts from the kernel's defaults", async () => {
    expect(await inHost("core", "sysctl -n net.ipv4.ip_forward net.ipv4.conf.wan1.rp_filter net.ipv6.conf.wan1.accept_ra")).toBe("0\n0\n0");
    expect(await inHost("core", "sysctl -w net.ipv4.ip_forward=1")).toBe("net.ipv4.ip_forward = 1");
  });

  test("gives workstations and communes their addresses and ways out", async () => {
    const address = await runInNamespace(A, "ws-office1", ["ip", "-brief", "addr", "show", "eth0"]);
    expect(address.stdout).toContain("10.91.1.2/24");
    expect(address.stdout).toContain("fd91:1::2/64");
    expect((await runInNamespace(A, "ws-office1", ["ip", "route", "show", "default"])).stdout).toContain("via 10.91.1.1 dev eth0");
    expect((await runInNamespace(A, "ws-office1", ["ip", "-6", "route", "show", "default"])).stdout).toContain("via fd91:1::1 dev eth0");
    await inHost("office1-r1", "ip addr replace 10.91.1.1/24 dev lan0 && ip addr replace fd91:1::1/64 dev lan0 nodad && ip link set lan0 up");
    const ping = await runInNamespace(A, "ws-office1", ["fping", "-q", "-r3", "10.91.1.1", "fd91:1::1"]);
    expect(ping).toMatchObject({ code: 0, stderr: "" });
    expect((await runInNamespace(A, "commune-1-1", ["fping", "-q", "-r3", "10.92.1.3", "fd92:1::3"])).code).toBe(0);
    expect((await runInNamespace(A, "commune-1-1", ["touch", "/etc/mark"])).stderr).toContain("Read-only file system");
  });

  test("keeps hosts apart on the management network, whatever they forward", async () => {
    expect((await runInNamespace(A, "core", ["fping", "-q", "-r1", "-t200", "172.30.91.1"])).code).toBe(0);
    expect((await runInNamespace(A, "core", ["fping", "-q", "-r1", "-t200", "172.30.91.3"])).code).toBe(1);
    await inHost("core", "ip route replace 198.18.0.1 via 172.30.91.1");
    const seen = await attempt(["ip", "-json", "-s", "link", "show", "dev", operatorDevice()]);
    await runInNamespace(A, "core", ["fping", "-q", "-c5", "-p20", "-t50", "198.18.0.1"]);
    const after = await attempt(["ip", "-json", "-s", "link", "show", "dev", operatorDevice()]);
    expect(received(after.stdout) - received(seen.stdout)).toBeLessThan(5);
  });
});

describe("a link", () => {
  const carriers = async (): Promise<string> =>
    `${await inHost("core", "cat /sys/class/net/wan1/carrier")} ${await inHost("office1-r1", "cat /sys/class/net/wan0/carrier")}`;
  const ping = async (retries: number): Promise<boolean> =>
    (await runInNamespace(A, "core", ["fping", "-q", `-r${retries}`, "-t200", "10.90.1.3"])).code === 0;
  /** The kernel starts a port's queue up to a second after its carrier is back: five retries wait 4 s. */
  const pings = () => ping(5);
  const isSilent = async (): Promise<boolean> => !(await ping(1));

  beforeAll(async () => {
    await inHost("core", "ip addr replace 10.90.1.2/31 dev wan1 && ip link set wan1 up");
    await inHost("office1-r1", "ip addr replace 10.90.1.3/31 dev wan0 && ip link set wan0 up");
  });

  test("carries frames, is cut silently with its carrier up, loses its carrier, and is whole again", async () => {
    expect([await pings(), await carriers()]).toEqual([true, "1 1"]);
    await cutLink(A, "core-office1");
    expect([await isSilent(), await carriers()]).toEqual([true, "1 1"]);
    expect((await twinStatus(A)).cuts).toEqual({ "core-office1": "silent" });
    await cutLink(A, "core-office1", { carrier: true });
    expect([await isSilent(), await carriers()]).toEqual([true, "0 0"]);
    expect((await twinStatus(A)).cuts).toEqual({ "core-office1": "carrier" });
    await restoreLink(A, "core-office1");
    expect([await pings(), await carriers()]).toEqual([true, "1 1"]);
    expect((await twinStatus(A)).cuts).toEqual({});
  });

  test("that does not exist is named, with those that do", async () => {
    await expect(cutLink(A, "core-office9")).rejects.toThrow(`twin ${A} has no link core-office9`);
  });
});

describe("what changes", () => {
  test("a host that died is booted again, with its disk, its key and its wires; a cut stays a cut", async () => {
    await inHost("office1-r1", "echo kept >/root/mark");
    const key = (await ssh("office1-r1", "cat /etc/ssh/ssh_host_ed25519_key.pub")).stdout;
    await cutLink(A, "core-office1");
    writeFileSync(join(await twinsGroup(), A, "office1-r1/cgroup.kill"), "1");
    await expect.poll(async () => (await twinStatus(A)).state).toBe("partial");
    await expect(execIn(A, "office1-r1", ["true"])).rejects.toThrow(`host office1-r1 of twin ${A} does not run`);

    const again = await up(FIRST);
    expect(again).toMatchObject({ booted: ["office1-r1"], failed: [] });
    expect(await ssh("office1-r1", "cat /root/mark /etc/ssh/ssh_host_ed25519_key.pub")).toMatchObject({ code: 0, stdout: `kept\n${key}` });
    expect(await inHost("office1-r1", "ls /sys/class/net")).toBe("acc0\nlan0\nlo\nmgmt0\nwan0");
    expect(await inHost("office1-r1", "ip -4 -brief addr show lan0 | grep -c 10.91 || true")).toBe("0");
    expect((await runInNamespace(A, "ws-office1", ["ip", "-brief", "addr", "show", "eth0"])).stdout).toContain("10.91.1.2/24");
    await inHost("office1-r1", "ip addr replace 10.90.1.3/31 dev wan0 && ip link set wan0 up");
    expect((await runInNamespace(A, "core", ["fping", "-q", "-r1", "-t200", "10.90.1.3"])).code).toBe(1);
    await restoreLink(A, "core-office1");
    expect((await runInNamespace(A, "core", ["fping", "-q", "-r3", "10.90.1.3"])).code).toBe(0);
  });

  test("a new site brings only its own host, and leaves with it", async () => {
    const grown = await up({ ...FIRST, offices: 2 });
    expect(grown).toMatchObject({ booted: ["office2-r1"], failed: [] });
    expect(await inHost("core", "ls /sys/class/net")).toBe("lo\nmgmt0\nsrv0\nwan1\nwan2");
    const shrunk = await up(FIRST);
    expect(shrunk).toMatchObject({ booted: [], failed: [] });
    expect(await inHost("core", "ls /sys/class/net")).toBe("lo\nmgmt0\nsrv0\nwan1");
    expect((await tracesOf(A)).filter((trace) => trace.includes("office2"))).toEqual([]);
  });
});

describe("beside another", () => {
  test("a twin that asks for the same management network is told whose that is", async () => {
    await expect(up({ ...SECOND, managementPrefix: FIRST.managementPrefix! })).rejects.toThrow(
      new RegExp(`the management prefix 172.30.91.0/24 of twin ${B} is in use on this machine: 172.30.91.0/24 is on eg[0-9a-f]{8} of twin ${A}`));
    expect(await tracesOf(B)).toEqual([]);
  });

  test("two twins stand at once, and one goes without the other", async () => {
    expect(await up(SECOND)).toMatchObject({ failed: [], running: [] });
    expect(await inHost("core", "hostname", B)).toBe("core");
    expect((await runInNamespace(B, "core", ["fping", "-q", "-r1", "-t200", "172.30.91.2"])).code).not.toBe(0);
    expect(await twinDown(B)).toBe(true);
    expect(await tracesOf(B)).toEqual([]);
    expect((await twinStatus(A)).state).toBe("up");
    expect(await ssh("core", "hostname")).toMatchObject({ code: 0 });
  });
});

describe("an up that is killed", () => {
  /** Starts an up of the second twin elsewhere and resolves at its first event of that kind. */
  async function upUntil(kind: string, offices: number): Promise<ChildProcess> {
    const child = spawn(process.execPath, [join(import.meta.dirname, "up-in-child.ts"), SECOND.slug!, SECOND.managementPrefix!, String(offices)], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    await new Promise<void>((resolve, reject) => {
      child.on("exit", () => reject(new Error(`up ended before ${kind}`)));
      child.stdout!.setEncoding("utf8").on("data", (text: string) => { if (text.includes(`"${kind}"`)) resolve(); });
    });
    return child;
  }
  async function kill(child: ChildProcess): Promise<void> {
    const ended = new Promise((resolve) => child.on("exit", resolve));
    child.kill("SIGKILL");
    await ended;
  }

  test("keeps others out while it lives, naming itself; in mid-boot, down leaves nothing of it", async () => {
    const child = await upUntil("host-booting", 12);
    await expect(up(SECOND)).rejects.toThrow(`twin ${B} cannot be brought up: process ${child.pid} is at work on it`);
    await expect(twinDown(B)).rejects.toThrow(`twin ${B} cannot be brought down: process ${child.pid} is at work on it`);
    await kill(child);
    expect(await tracesOf(B)).not.toEqual([]);
    expect(await twinDown(B)).toBe(true);
    expect(await tracesOf(B)).toEqual([]);
  });

  test("is finished by the next up", async () => {
    await kill(await upUntil("host-ready", 12));
    const report = await up({ ...SECOND, offices: 12 });
    expect(report.failed).toEqual([]);
    expect([...report.booted, ...report.running]).toHaveLength(14);
    expect(report.running.length).toBeGreaterThan(0);
    await twinDown(B);
  });
});

test("down leaves nothing, and says so when there was nothing", async () => {
  expect(await twinDown(A)).toBe(true);
  expect(await tracesOf(A)).toEqual([]);
  // Others may have twins of their own on this machine.
  await expect.poll(() => twinsHere().length > 0 || neighbourLimit() === limitBefore).toBe(true);
  expect(await twinDown(A)).toBe(false);
  await expect(cutLink(A, "core-office1")).rejects.toThrow(`twin ${A} is not up`);
});

function operatorDevice(): string {
  return operatorInterface(A);
}

function received(json: string): number {
  return (JSON.parse(json) as [{ stats64: { rx: { packets: number } } }])[0].stats64.rx.packets;
}
