import { describe, expect, test } from "vitest";
import { Failure } from "../../inventory/failure.ts";
import { fixtureProvince } from "./fixture.ts";
import { planTwin } from "./plan.ts";
import { changeOf } from "./wires.ts";

function planOf(offices: number, communes: "none" | "pilot" | "all" = "none") {
  const province = fixtureProvince({ offices });
  return planTwin(province, province.environments.get("twin")!, communes, "image");
}

describe("planTwin", () => {
  test("gives every host a management address by its number and every link two ports of its own bridge", () => {
    const plan = planOf(2);
    expect(plan.operator).toEqual({ address: "172.30.90.1/24", prefix: "172.30.90.0/24" });
    expect(plan.hosts["office2-r1"]).toEqual({ number: 12, address: "172.30.90.13", cidr: "172.30.90.13/24" });
    expect(plan.links["core-office2"]).toEqual({ bridge: "l2", ports: ["l2a", "l2b"] });
    expect(plan.cables.filter(({ far }) => "bridge" in far && far.bridge === "l2").map(({ node, interface: name }) => `${node} ${name}`))
      .toEqual(["core wan2", "office2-r1 wan0"]);
  });

  test("wires a site's workstation straight to its router, with the second address of the LAN", () => {
    const plan = planOf(1);
    expect(plan.endpoints["ws-office1"]).toEqual({
      kind: "workstation", site: "office1", ipv4: "10.91.1.2/24", ipv6: "fd91:1::2/64",
      gateway: { ipv4: "10.91.1.1", ipv6: "fd91:1::1" },
    });
    expect(plan.cables).toContainEqual({ node: "ws-office1", interface: "eth0", far: { node: "office1-r1", interface: "lan0" } });
  });

  test.each([["none", []], ["pilot", ["commune-1-1"]], ["all", ["commune-1-1", "commune-1-2"]]] as const)(
    "with communes %s has %j", (choice, expected) => {
      const plan = planOf(1, choice);
      expect(Object.entries(plan.endpoints).filter(([, { kind }]) => kind === "commune").map(([name]) => name)).toEqual(expected);
    });

  test("puts all hosts of a segment on one bridge, and no two nodes of the management network in reach of each other", () => {
    const plan = planOf(1);
    const portsOn = (bridge: string) => plan.cables.flatMap(({ node, far }) => "bridge" in far && far.bridge === bridge ? [{ node, isolated: far.isolated }] : []);
    expect(portsOn("s1").map(({ node }) => node)).toEqual(["core", "dns1"]);
    expect(portsOn("mgmt")).toEqual(["core", "dns1", "office1-r1"].map((node) => ({ node, isolated: true })));
  });

  test("keeps every name of an interface or bridge within the kernel's 15 characters", () => {
    const plan = planOf(40, "all");
    const names = [...plan.bridges, ...plan.cables.flatMap(({ interface: name, far }) => "bridge" in far ? [name, far.port] : [name, far.interface])];
    expect(names.filter((name) => name.length > 15)).toEqual([]);
    const ports = plan.cables.flatMap(({ far }) => "bridge" in far ? [far.port] : []);
    expect(new Set(ports).size).toBe(ports.length);
  });

  test("refuses a commune that is called as a host is", () => {
    const province = fixtureProvince();
    const commune = { ...[...province.communes.values()][0]!, slug: "core" };
    const clash = { ...province, communes: new Map([["core", commune]]) };
    expect(() => planTwin(clash, province.environments.get("twin")!, "all", "image")).toThrow(
      new Failure("core would stand in the twin twice: as the commune of site office1 and as another node", { advice: "rename one of them in the inventory" }));
  });
});

describe("changeOf", () => {
  const nothing = { addNodes: [], removeNodes: [], addBridges: [], removeBridges: [], addCables: [], removeCables: [], configureNodes: [] };

  test("is empty when the wanted stands", () => {
    expect(changeOf(planOf(2), planOf(2), new Set())).toEqual(nothing);
  });

  test("touches only what a new site brings", () => {
    const change = changeOf(planOf(1), planOf(2), new Set());
    expect(change.addNodes).toEqual(["office2-r1", "ws-office2"]);
    expect(change.addBridges).toEqual(["l2", "c12"]);
    expect(change.removeNodes).toEqual([]);
    expect(change.addCables.map(({ node, interface: name }) => `${node} ${name}`)).toEqual(
      ["office2-r1 mgmt0", "core wan2", "office2-r1 wan0", "ws-office2 eth0", "office2-r1 acc0"]);
  });

  test("takes away what a site that left had", () => {
    const change = changeOf(planOf(2), planOf(1), new Set());
    expect(change.removeNodes).toEqual(["office2-r1", "ws-office2"]);
    expect(change.removeBridges).toEqual(["l2", "c12"]);
    expect(change.removeCables.map(({ node, interface: name }) => `${node} ${name}`)).toContain("core wan2");
    expect(change.addCables).toEqual([]);
  });

  test("makes a dead host's namespace anew with all its cables, and sets its workstation's address again", () => {
    const change = changeOf(planOf(2), planOf(2), new Set(["office1-r1"]));
    expect(change.addNodes).toEqual(["office1-r1"]);
    expect(change.removeNodes).toEqual(["office1-r1"]);
    expect(change.addCables).toHaveLength(4);
    expect(change.configureNodes).toEqual(["office1-r1", "ws-office1"]);
  });
});
