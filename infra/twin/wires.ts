/** Lays, changes and cuts the wires of a twin: texts for `ip -batch`, run in a few processes at once. */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { MANAGEMENT_INTERFACE, WIRES, namespaceOf, operatorInterface } from "./names.ts";
import { MANAGEMENT_BRIDGE, type Cable, type TwinPlan } from "./plan.ts";
import { run } from "./run.ts";
import type { Jobs } from "./cgroups.ts";

/** Batches at once: more gain nothing, since the kernel lets one at a time change interfaces. */
const LANES = 4;

/** One queue each way: by default a veth has as many as the machine has processors. */
const VETH = "numtxqueues 1 numrxqueues 1";

/** What a change of the plan does to the namespaces and wires that stand. */
export interface WireChange {
  readonly addNodes: readonly string[];
  readonly removeNodes: readonly string[];
  readonly addBridges: readonly string[];
  readonly removeBridges: readonly string[];
  readonly addCables: readonly Cable[];
  readonly removeCables: readonly Cable[];
  /** Nodes whose addresses are to be set: new ones, and those that got a new cable. */
  readonly configureNodes: readonly string[];
}

/**
 * What leads from `standing` (undefined: nothing) to `wanted`. The namespaces of `renew` are made anew with all their
 * cables, as a machine that is switched on again has no addresses and no filters from before.
 */
export function changeOf(standing: TwinPlan | undefined, wanted: TwinPlan, renew: ReadonlySet<string>): WireChange {
  const before = new Set(standing === undefined ? [] : nodesOf(standing));
  const after = new Set(nodesOf(wanted));
  const kept = new Set((standing?.cables ?? []).map(keyOf));
  const keep = new Set(wanted.cables.map(keyOf));
  const removeNodes = [...before].filter((node) => !after.has(node) || renew.has(node));
  const addNodes = [...after].filter((node) => !before.has(node) || renew.has(node));
  const fresh = new Set([...addNodes, ...removeNodes]);
  const touched = (cable: Cable): boolean => endsOf(cable).some((node) => fresh.has(node));
  const addCables = wanted.cables.filter((cable) => !kept.has(keyOf(cable)) || touched(cable));
  const removeCables = (standing?.cables ?? []).filter((cable) => !keep.has(keyOf(cable)) || touched(cable));
  const configure = new Set([...addNodes, ...addCables.flatMap(endsOf)]);
  const changed = Object.entries(wanted.endpoints).filter(([name, endpoint]) =>
    JSON.stringify(endpoint) !== JSON.stringify(standing?.endpoints[name]));
  for (const [name] of changed) configure.add(name);
  return {
    addNodes, removeNodes, addCables, removeCables,
    addBridges: wanted.bridges.filter((bridge) => bridge !== MANAGEMENT_BRIDGE && !standing?.bridges.includes(bridge)),
    removeBridges: (standing?.bridges ?? []).filter((bridge) => !wanted.bridges.includes(bridge)),
    configureNodes: [...configure],
  };
}

/** Makes the change. `jobs` is where the processes run, so that a crash leaves none that cannot be found. */
export async function layWires(plan: TwinPlan, change: WireChange, jobs: Jobs, signal?: AbortSignal): Promise<void> {
  const options = { signal };
  const wires = namespaceOf(plan.twin, WIRES);
  if (!existsSync(`/run/netns/${wires}`)) await run(jobs.command(["sh", "-ec", layBridgeRoom(plan)]), options);
  await run(jobs.command(["sh", "-e"]), { ...options, input: clearWires(plan.twin, change) });
  await run(jobs.command(["sh", "-e"]), { ...options, input: ipBatch(wires, change.addBridges.map((bridge) =>
    `link add ${bridge} up type bridge stp_state 0 forward_delay 0 mcast_snooping 0 group_fwd_mask 0x4000`)) });
  await inLanes(change.addNodes, (nodes) => ipBatch("", nodes.map((node) => `netns add ${namespaceOf(plan.twin, node)}`)), jobs, options);
  await inLanes(change.addCables, (cables) => layCables(plan.twin, cables), jobs, options);
  const fresh = new Set(change.addNodes);
  await inLanes(change.configureNodes, (nodes) => nodes.map((node) => configureNode(plan, node, fresh.has(node))).join(""), jobs, options);
}

/**
 * Takes away what is no longer wanted, and whatever stands where something new is to stand (an `up` that was killed half
 * way leaves some). Ports are deleted by name, because the kernel frees those of a deleted namespace only a little later.
 */
function clearWires(twin: string, change: WireChange): string {
  const cables = [...change.removeCables, ...change.addCables];
  const ports = cables.flatMap(({ far }) => "bridge" in far ? [`link del ${far.port}`] : []);
  const direct = cables.map(({ node, interface: name, far }) =>
    "bridge" in far ? "" : ipBatch(namespaceOf(twin, node), [`link del ${name}`], "force"));
  return [
    ipBatch(namespaceOf(twin, WIRES), [...ports, ...[...change.removeBridges, ...change.addBridges]
      .map((bridge) => `link del ${bridge}`)], "force"),
    ...direct,
    ipBatch("", [...new Set([...change.removeNodes, ...change.addNodes])].map((node) => `netns del ${namespaceOf(twin, node)}`), "force"),
  ].join("");
}

/** The namespace of the bridges, and the one wire that leads from it to the machine: the operator's. */
function layBridgeRoom(plan: TwinPlan): string {
  const wires = namespaceOf(plan.twin, WIRES);
  const outside = operatorInterface(plan.twin);
  const operator = plan.operator.address.split("/")[0];
  return [
    ipBatch("", [`netns add ${wires}`]),
    inNamespace(wires, `
      for f in /proc/sys/net/ipv6/conf/all/disable_ipv6 /proc/sys/net/ipv6/conf/default/disable_ipv6; do
        if [ -e $f ]; then echo 1 >$f; fi
      done
      for f in /proc/sys/net/bridge/bridge-nf-call-*; do if [ -e $f ]; then echo 0 >$f; fi; done`),
    ipBatch(wires, [`link add ${MANAGEMENT_BRIDGE} up type bridge stp_state 0 forward_delay 0 mcast_snooping 0`]),
    ipBatch("", [
      `link add ${outside} ${VETH} type veth peer name operator ${VETH} netns ${wires}`,
      `link set ${outside} addrgenmode none`,
      `addr add ${plan.operator.address} dev ${outside}`,
      `link set ${outside} up`,
    ]),
    `for f in /proc/sys/net/ipv4/conf/${outside}/forwarding; do echo 0 >$f; done\n`,
    ipBatch(wires, [`link set operator master ${MANAGEMENT_BRIDGE} up`]),
    // Only operator and host talk on the management network, and nothing passes through either, whatever a host forwards.
    inNamespace(wires, `nft -f - <<'END'
table bridge management {
  chain forward {
    type filter hook forward priority 0; policy accept;
    iifname "m*" ether type ip ip daddr != ${operator} drop
    iifname "m*" ether type ip ip saddr != ${plan.operator.prefix} drop
    iifname "m*" ether type ip6 drop
    iifname "operator" ether type ip ip daddr != ${plan.operator.prefix} drop
    iifname "operator" ether type ip6 drop
  }
}
END`),
  ].join("");
}

function layCables(twin: string, cables: readonly Cable[]): string {
  const onBridges: string[] = [];
  const direct: string[] = [];
  for (const { node, interface: name, far } of cables) {
    if ("bridge" in far) {
      onBridges.push(`link add ${far.port} up master ${far.bridge} ${VETH} type veth peer name ${name} ${hardware(node, name)} netns ${namespaceOf(twin, node)}`);
      if (far.isolated) onBridges.push(`link set ${far.port} type bridge_slave isolated on`);
    } else {
      direct.push(`link add ${name} ${hardware(node, name)} netns ${namespaceOf(twin, node)} type veth peer name ${far.interface} ${hardware(far.node, far.interface)} netns ${namespaceOf(twin, far.node)}`);
    }
  }
  return ipBatch(namespaceOf(twin, WIRES), onBridges) + ipBatch("", direct);
}

/** A node's interface: its hardware address is its own and stays the same when it is made anew, as a network card's does. */
function hardware(node: string, name: string): string {
  const bytes = createHash("sha256").update(`${node} ${name}`).digest("hex").slice(0, 10).match(/../g)!;
  return `address 02:${bytes.join(":")} ${VETH}`;
}

/**
 * What a new namespace inherits are the machine's own settings; a host starts from the kernel's. None takes an address from
 * a router's word: all are in the plan. OSPF joins a group on every link, and the kernel allows 20 of them.
 */
const FRESH_SETTINGS = `
echo 0 >/proc/sys/net/ipv4/ip_forward
echo 1024 >/proc/sys/net/ipv4/igmp_max_memberships
for f in /proc/sys/net/ipv4/conf/*/rp_filter /proc/sys/net/ipv6/conf/*/accept_ra; do if [ -e $f ]; then echo 0 >$f; fi; done
`;

/** Addresses that are set from outside: a host's on the management network, an endpoint's all. */
function configureNode(plan: TwinPlan, node: string, fresh: boolean): string {
  const host = plan.hosts[node];
  const endpoint = plan.endpoints[node];
  const lines = ["link set lo up"];
  if (host !== undefined) lines.push(`addr replace ${host.cidr} dev ${MANAGEMENT_INTERFACE}`, `link set ${MANAGEMENT_INTERFACE} up`);
  if (endpoint !== undefined) {
    lines.push(
      "addr flush dev eth0 scope global", "link set eth0 up",
      `addr add ${endpoint.ipv4} dev eth0`, `addr add ${endpoint.ipv6} dev eth0 nodad`,
      `route replace default via ${endpoint.gateway.ipv4} dev eth0`,
      `route replace default via ${endpoint.gateway.ipv6} dev eth0`,
    );
  }
  return inNamespace(namespaceOf(plan.twin, node), (fresh ? FRESH_SETTINGS : "") + ipBatch("", lines));
}

function nodesOf(plan: TwinPlan): string[] {
  return [...Object.keys(plan.hosts), ...Object.keys(plan.endpoints)];
}

function endsOf(cable: Cable): string[] {
  return "node" in cable.far ? [cable.node, cable.far.node] : [cable.node];
}

function keyOf(cable: Cable): string {
  return JSON.stringify(cable);
}

/** A shell line that runs `lines` in one `ip` process, in a namespace unless that is "". */
function ipBatch(namespace: string, lines: readonly string[], mode: "strict" | "force" = "strict"): string {
  if (lines.length === 0) return "";
  const options = `${namespace === "" ? "" : `-n ${namespace} `}${mode === "force" ? "-force " : ""}`;
  // A namespace that is not there any more, or a device: nothing to do.
  const tail = mode === "force" ? " 2>/dev/null || true" : "";
  return `ip ${options}-batch - <<'END'${tail}\n${lines.join("\n")}\nEND\n`;
}

function inNamespace(namespace: string, script: string): string {
  return `nsenter --net=/run/netns/${namespace} sh -ec ${quote(script)}\n`;
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

async function inLanes<T>(items: readonly T[], script: (items: readonly T[]) => string, jobs: Jobs, options: { signal?: AbortSignal }): Promise<void> {
  const size = Math.max(1, Math.ceil(items.length / LANES));
  const lanes = Array.from({ length: Math.ceil(items.length / size) }, (_, lane) => items.slice(lane * size, (lane + 1) * size));
  const results = await Promise.allSettled(lanes.map((lane) => run(jobs.command(["sh", "-e"]), { ...options, input: script(lane) })));
  const failed = results.find((result) => result.status === "rejected");
  if (failed !== undefined) throw failed.reason;
}
