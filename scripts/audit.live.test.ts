/** The audit of a live network on real hosts: sabotaged in one place after another, each time found there and nowhere else; and what-ifs suffered. */
import { type ChildProcess, execFile } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { auditTopology, type TopologyReport } from "../audit/topology/index.ts";
import { execute } from "../audit/topology/live/execute.ts";
import { readNetwork } from "../audit/topology/live/network.ts";
import { saturate } from "../audit/topology/live/saturation.ts";
import { Streams } from "../audit/topology/live/streams.ts";
import { tracePaths } from "../audit/topology/live/trace.ts";
import { causeOf } from "../audit/topology/whatIf.ts";
import { openTools, type Tools } from "../infra/twin/index.ts";
import { readCuts } from "../infra/twin/store.ts";
import { loadProvince } from "../inventory/index.ts";
import type { Environment, Province } from "../inventory/model.ts";
import { type Access, openAccess } from "../monitoring/access.ts";
import { CANCELLED } from "../inventory/exitCodes.ts";
import { Workbench } from "./lib/workbench.ts";

const SLUG = "audit-test";
const TWIN = `${SLUG}-twin`;
/** Routing, LLDP and a busy machine may take so long to notice what was done. */
const PATIENCE = { timeout: 60_000, interval: 1_000 };

let bench: Workbench;
let province: Province;
let environment: Environment;
let access: Access;
let tools: Tools;
let baseline: Map<string, string>;

beforeAll(async () => {
  bench = await Workbench.open({ inventory: "inventory/small", slug: SLUG, managementPrefix: "198.18.28.0/24" });
  await bench.must("up", "--no-prove", "--only", "network", "datacenter", "security");
  province = loadProvince(bench.directory).province;
  environment = province.environments.get("twin")!;
  access = await openAccess(province, environment);
  tools = await openTools(TWIN);
}, 300_000);

afterAll(async () => {
  await tools?.[Symbol.asyncDispose]();
  await access?.[Symbol.asyncDispose]();
  await bench[Symbol.asyncDispose]();
}, 60_000);

/** What fails before anything is done, but for the host behind the state network, which no stack of these configures. */
async function failing(): Promise<string[]> {
  return [...verdicts(await audit())].filter(([subject, verdict]) => verdict !== "pass" && !subject.includes("bo-mau")).map(([subject]) => subject);
}

async function audit(): Promise<TopologyReport> {
  const network = await readNetwork(province, environment, access);
  return await auditTopology(province, { checks: ["live", "addressing.live", "paths", "qos"], readings: { live: { ...network, traces: [] } } });
}

function verdicts({ checks }: TopologyReport): Map<string, string> {
  return new Map(checks.flatMap(({ id, subjects }) => subjects.map(({ subject, verdict }): [string, string] => [`${id} ${subject}`, verdict])));
}

/** Every verdict that is not what it was at first: `live.mtu r-so-mau link129: fail`. */
async function changes(): Promise<string[]> {
  const now = verdicts(await audit());
  return [...now].filter(([subject, verdict]) => verdict !== (baseline.get(subject) ?? "pass")).map(([subject, verdict]) => `${subject}: ${verdict}`).toSorted();
}

async function on(host: string, command: string): Promise<string> {
  const { exitCode, stdout, stderr } = await access.onHost(province.hosts.get(host)!, command);
  if (exitCode !== 0) throw new Error(`${host}: ${command}: ${stderr}${stdout}`);
  return stdout;
}

function vtysh(...lines: string[]): string {
  return `vtysh -c 'configure terminal' ${lines.map((line) => `-c '${line}'`).join(" ")}`;
}

/** Runs a shell line in the namespace of the wires, where no host can see. */
async function wires(command: string): Promise<void> {
  await promisify(execFile)("nsenter", [`--net=/run/netns/${TWIN}._wires`, "sh", "-ec", command]);
}

interface Sabotage {
  readonly name: string;
  readonly commit: () => Promise<unknown>;
  readonly undo: () => Promise<unknown>;
  readonly found: readonly string[];
}

/** A router that nobody ordered, on the wire of link129 beside core2 and r-so-mau: it knows the key, and calls itself 10.99.0.1. */
const ROGUE = `
ip link set lo up
echo ready
exec >/dev/null
until ip link set rogue up 2>/dev/null; do sleep 0.1; done
install -d -o frr -g frr /run/frr
cat >/tmp/rogue.conf <<END
interface rogue
 ipv6 ospf6 area 0.0.0.0
 ipv6 ospf6 authentication key-id 1 hash-algo hmac-sha-256 key $1
 ipv6 ospf6 hello-interval 1
 ipv6 ospf6 dead-interval 4
 ipv6 ospf6 network point-to-point
router ospf6
 ospf6 router-id 10.99.0.1
END
setpriv --pdeathsig KILL /usr/lib/frr/zebra -f /tmp/rogue.conf &
exec /usr/lib/frr/ospf6d -f /tmp/rogue.conf
`;
let rogue: ChildProcess;
let rogueEnded: Promise<unknown>;

const SABOTAGES: readonly Sabotage[] = [
  {
    name: "lldpd stopped",
    commit: () => on("r-huyen-nui", "systemctl stop lldpd"),
    undo: () => on("r-huyen-nui", "systemctl start lldpd"),
    found: ["live.lldp huyen-nui-primary: fail"],
  },
  {
    name: "two cables swapped",
    commit: () => wires("ip link set l35b nomaster; ip link set l129b nomaster; ip link set l35b master l129; ip link set l129b master l35"),
    undo: () => wires("ip link set l35b nomaster; ip link set l129b nomaster; ip link set l35b master l35; ip link set l129b master l129"),
    found: [
      "live.lldp huyen-bien-backup: fail", "live.lldp so-mau-backup: fail", "live.loss huyen-bien-backup: fail", "live.loss so-mau-backup: fail",
      ...["core2 link35", "core2 link129", "r-huyen-bien link35", "r-so-mau link129"].map((end) => `live.ospf2 ${end} ospf2: fail`),
      // OSPFv3 speaks from link-local addresses: the wrong routers do become neighbours, and the offices see the right hub.
      "live.ospf3 core2 link35 ospf3: fail", "live.ospf3 core2 link129 ospf3: fail", "live.ospf3 core2 link35 ospf3 10.60.0.164: fail", "live.ospf3 core2 link129 ospf3 10.60.0.101: fail",
    ],
  },
  {
    name: "a route typed by hand",
    commit: () => on("r-so-mau", "ip route add 10.99.0.0/24 via 10.60.3.0"),
    undo: () => on("r-so-mau", "ip route del 10.99.0.0/24"),
    found: ["live.routes r-so-mau: fail"],
  },
  {
    name: "a static route typed into FRR",
    commit: () => on("r-so-mau", vtysh("ip route 10.99.1.0/24 10.60.3.0")),
    undo: () => on("r-so-mau", vtysh("no ip route 10.99.1.0/24 10.60.3.0")),
    found: ["live.statics r-so-mau: fail"],
  },
  {
    name: "a wrong cost",
    commit: () => on("r-huyen-nui", vtysh("interface link36", "ip ospf cost 2950")),
    undo: () => on("r-huyen-nui", vtysh("interface link36", "ip ospf cost 2942")),
    found: ["live.costs r-huyen-nui link36: fail"],
  },
  {
    name: "a wrong timer",
    commit: () => on("r-huyen-nui", vtysh("interface link36", "ip ospf retransmit-interval 3")),
    undo: () => on("r-huyen-nui", vtysh("interface link36", "ip ospf retransmit-interval 1")),
    found: ["live.timers r-huyen-nui link36: fail"],
  },
  {
    name: "a wrong key",
    commit: () => on("r-so-mau", vtysh("interface link129", "no ip ospf message-digest-key 1", "ip ospf message-digest-key 1 md5 somebody-else")),
    undo: async () => await on("r-so-mau", vtysh("interface link129", "no ip ospf message-digest-key 1", `ip ospf message-digest-key 1 md5 ${await ospfKey()}`)),
    found: ["live.authentication r-so-mau link129: fail", "live.ospf2 core2 link129 ospf2: fail", "live.ospf2 r-so-mau link129 ospf2: fail"],
  },
  {
    name: "a wrong MTU",
    commit: () => on("r-so-mau", "ip link set link129 mtu 1400"),
    undo: () => on("r-so-mau", "ip link set link129 mtu 1500"),
    // ospfd begins anew with another MTU, and comes no further (RFC 2328, 10.6).
    found: ["live.mtu r-so-mau link129: fail", "live.ospf2 core2 link129 ospf2: fail", "live.ospf2 r-so-mau link129 ospf2: fail"],
  },
  {
    name: "loss in one direction",
    commit: () => wires(`nft -f - <<'END'
table netdev loss {
  chain c {
    type filter hook ingress device l129b priority 0; policy accept;
    meta protocol ip ip protocol icmp numgen inc mod 3 0 drop
  }
}
END`),
    undo: () => wires("nft delete table netdev loss"),
    found: ["live.loss so-mau-backup: fail"],
  },
  {
    name: "a rogue neighbour",
    commit: async () => {
      rogue = tools.start("r-so-mau", ["unshare", "--net", "sh", "-ec", ROGUE, "sh", await ospfKey()], ["ignore", "pipe", "ignore"]);
      rogueEnded = once(rogue, "exit");
      // It has its own network namespace when it says so.
      await once(rogue.stdout!, "data");
      await wires(`ip link add rogue-wire type veth peer name rogue netns ${rogue.pid}; ip link set rogue-wire master l129 up`);
    },
    undo: async () => {
      rogue.kill("SIGKILL");
      await rogueEnded;
    },
    found: ["live.ospf3 core2 link129 ospf3 10.99.0.1: fail", "live.ospf3 r-so-mau link129 ospf3 10.99.0.1: fail"],
  },
  {
    name: "a host that does not answer",
    commit: async () => { await bench.must("twin", "exec", "ntp1", "--", "systemctl", "stop", "ssh.socket", "ssh"); await bench.must("twin", "exec", "ntp1", "--", "pkill", "-x", "sshd"); },
    undo: () => bench.must("twin", "exec", "ntp1", "--", "systemctl", "start", "ssh"),
    found: ["addressing.live ntp1: unknown", "live.errors ntp1 eth0: unknown", "live.interfaces ntp1 eth0: unknown", "live.mtu ntp1 eth0: unknown"],
  },
];

async function ospfKey(): Promise<string> {
  return (await on("r-so-mau", "grep -m1 -o 'message-digest-key 1 md5 .*' /etc/frr/frr.conf")).trim().split(" ").at(-1)!;
}

test("as it was built, nothing is found", { timeout: 90_000 }, async () => {
  await expect.poll(failing, PATIENCE).toEqual([]);
  baseline = verdicts(await audit());
});

describe("sabotage", { timeout: 150_000 }, () => {
  test.each(SABOTAGES)("$name is found, and nothing else changes", async ({ commit, undo, found }) => {
    await commit();
    try {
      await expect.poll(changes, PATIENCE).toEqual(found.toSorted());
    } finally {
      await undo();
    }
    await expect.poll(changes, PATIENCE).toEqual([]);
  });

  test("a command that finds something names host, line and remedy, in both languages, and ends with 2", async () => {
    await on("r-so-mau", "ip link set link129 mtu 1400");
    try {
      const run = await bench.egov("audit", "topology", "--live", "--check", "live.mtu");
      expect(run.exitCode).toBe(2);
      expect(run.stdout).toMatch(/links\.yaml:21: link129 of r-so-mau has an MTU of 1400 bytes instead of 1500/);
      expect(run.stdout).toContain("./egov ssh r-so-mau -- ip link set link129 mtu 1500");
    } finally {
      await on("r-so-mau", "ip link set link129 mtu 1500");
    }
  });
});

test("packets meet the predicted hops, whole, and come back over as many", { timeout: 60_000 }, async () => {
  const network = await readNetwork(province, environment, access);
  const traces = await tracePaths(province, access.vantages);
  expect(traces).toHaveLength(12);
  const report = await auditTopology(province, { checks: ["paths.traced", "paths.mtu", "paths.ttl"], readings: { live: { ...network, traces } } });
  expect(report.summary).toMatchObject({ pass: 36, fail: 0, unknown: 0 });
});

test("a full link: marked traffic within its promise gets through, the rest pays", { timeout: 60_000 }, async () => {
  const { classes } = await saturate(province, environment, "huyen-nui-primary");
  const rest = classes.find((one) => one.rest)!;
  // The rest offers 1.2 of what there is, to which the others add more than half.
  expect(rest.lossPercent).toBeGreaterThan(10);
  for (const one of classes.filter((each) => !each.rest)) expect(one.lossPercent, one.name).toBeLessThan(rest.lossPercent / 3);
});

describe("what if, carried out", { timeout: 180_000 }, () => {
  test("a link, a router and a shared risk: the twin does what was predicted, and all is restored", async () => {
    const causes = ["link:huyen-bien-primary", "node:r-so-mau", "risk:duong-sat"].map((text) => causeOf(province, text));
    const executions = await execute(province, environment, access, causes, { signal: new AbortController().signal });
    expect(executions.map(({ cause, disagreements }) => ({ cause, disagreements }))).toEqual(causes.map(({ name }) => ({ cause: name, disagreements: [] })));
    const [primary, router] = executions;
    expect(primary!.losses?.site).toBe("huyen-bien");
    // BFD needs three intervals to notice a silent cut.
    for (const one of primary!.losses!.classes) expect(one.lostMilliseconds, one.class).toBeGreaterThan(300);
    // An office without its router gets nothing through until the router is back, whatever errors others send it meanwhile.
    expect(router!.losses?.site).toBe("so-mau");
    for (const one of router!.losses!.classes) expect(one.lostMilliseconds, one.class).toBeGreaterThan(router!.settledSeconds! * 1000);
    expect(await readCuts(TWIN)).toEqual({});
  });

  test("a stream that ended before it was told to says nothing of losses", async () => {
    const [vantage] = access.vantages;
    // ping refuses the broadcast address at once; its own address it goes on asking.
    for (const [address, isKnown] of [["255.255.255.255", false], [vantage!.address.ipv4, true]] as const) {
      await using streams = await Streams.start(vantage!, address);
      await sleep(2_000);
      expect(await streams.stop() !== undefined, address).toBe(isKnown);
    }
  });

  test("Ctrl-C in the middle restores first", async () => {
    const { child, ended } = bench.start("audit", "what-if", "--fail", "link:so-mau-primary", "--run");
    await expect.poll(() => readCuts(TWIN), { timeout: 60_000, interval: 100 }).toHaveProperty("so-mau-primary");
    await sleep(200);
    child.kill("SIGINT");
    expect((await ended).exitCode).toBe(CANCELLED);
    expect(await readCuts(TWIN)).toEqual({});
  });
});
