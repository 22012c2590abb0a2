import { resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { addressOf, loadProvince } from "../../inventory/index.ts";
import type { Province } from "../../inventory/model.ts";
import { networkDesign, stateEdgeDesign } from "./design.ts";
import { ospfSecret } from "./secret.ts";

const inventory = (name: string) => loadProvince(resolve(import.meta.dirname, "../../inventory", name)).province;
const small = inventory("small");
const nghean = inventory("nghe-an");

const designs = new Map([small, nghean].map((province) => [province, new Map([...networkDesign(province), ...stateEdgeDesign(province)])]));

const fileOf = (province: Province, host: string, path: string): string => {
  const file = designs.get(province)?.get(host)?.files?.[path];
  if (file === undefined) throw new Error(`${host} has no ${path}`);
  return file.content;
};
const frr = (province: Province, host: string) => fileOf(province, host, "/etc/frr/frr.conf");

/** The lines of one `interface` block. */
function block(configuration: string, name: string): string[] {
  const lines = configuration.split("\n");
  const start = lines.indexOf(`interface ${name}`);
  return lines.slice(start + 1, lines.indexOf("exit", start)).map((line) => line.trim());
}

describe("golden files", () => {
  test.each([
    ["core1", "/etc/frr/frr.conf"],
    ["core1", "/etc/frr/daemons"],
    ["agg1", "/etc/frr/frr.conf"],
    ["agg1", "/etc/egov/qos.tc"],
    ["agg1", "/etc/egov/network.nft"],
    ["agg1", "/etc/systemd/system/egov-network.service"],
    ["fw1", "/etc/frr/frr.conf"],
    ["fw1", "/etc/keepalived/keepalived.conf"],
    ["r-huyen-bien", "/etc/frr/frr.conf"],
    ["r-huyen-bien", "/etc/egov/network.nft"],
    ["fw1", "/etc/egov/network.nft"],
    ["r-huyen-bien", "/etc/frr/daemons"],
    ["tslcd1", "/etc/frr/frr.conf"],
    ["agg1", "/etc/resolv.conf"],
    ["agg1", "/etc/lldpd.d/egov.conf"],
    ["core1", "/etc/lldpd.d/egov.conf"],
  ])("%s %s", async (host, path) => {
    await expect(fileOf(small, host, path)).toMatchFileSnapshot(`golden/${host}${path.replaceAll("/", "-")}`);
  });

  test("settings of a hub", async () => {
    await expect(`${JSON.stringify(networkDesign(small).get("agg1")?.sysctls, undefined, 1)}\n`).toMatchFileSnapshot("golden/agg1-sysctls.json");
  });
});

describe.each([["small", small], ["nghe-an", nghean]] as const)("%s", (name, province) => {
  test("the same input gives the same bytes", () => {
    expect(JSON.stringify([...networkDesign(inventory(name))])).toBe(JSON.stringify([...networkDesign(province)]));
  });

  test("every router of the province has an intent, and the state's edge only its own", () => {
    const routers = [...province.hosts.values()].filter((host) => host.loopback !== undefined);
    expect([...networkDesign(province).keys()]).toEqual(routers.filter((host) => host.role !== "state-edge").map((host) => host.name));
    expect([...stateEdgeDesign(province).keys()]).toEqual(routers.filter((host) => host.role === "state-edge").map((host) => host.name));
  });

  test("both ends of every link agree on area, timers, cost, key and BFD, in both families", () => {
    for (const link of province.links.values()) {
      const [a, b] = link.ends.map((end) => block(frr(province, end.host), end.interface).filter((line) => /^(ip|ipv6) ospf/.test(line)));
      expect(a, link.name).toEqual(b);
      if (link.role === "handoff") {
        expect(a, link.name).toEqual([]);
        continue;
      }
      const area = province.routing.areas.find((one) => one.name === link.area)?.id;
      expect(a, link.name).toEqual(expect.arrayContaining([
        `ip ospf area ${area}`, "ipv6 ospf6 area 0.0.0.0", `ip ospf cost ${link.cost}`, `ipv6 ospf6 cost ${link.cost}`,
        "ip ospf authentication message-digest",
        "ip ospf network point-to-point", "ipv6 ospf6 network point-to-point",
      ]));
      const bfd = a?.filter((line) => line.includes("bfd"));
      expect(bfd, link.name).toEqual(link.role === "backup" ? [] : ["ip ospf bfd", "ip ospf bfd profile link", "ipv6 ospf6 bfd", "ipv6 ospf6 bfd profile link"]);
      expect(a?.some((line) => line.startsWith("ipv6 ospf6 authentication key-id")), link.name).toBe(true);
    }
  });

  test("every address of every interface stands in its router's configuration; nothing but links seeks neighbours", () => {
    for (const host of province.hosts.values()) {
      if (host.loopback === undefined) continue;
      const lo = block(frr(province, host.name), "lo");
      expect(lo).toEqual(expect.arrayContaining([`ip address ${host.loopback.ipv4}/32`, `ipv6 address ${host.loopback.ipv6}/128`]));
      for (const one of host.interfaces) {
        const lines = block(frr(province, host.name), one.name);
        expect(lines, `${host.name} ${one.name}`).toEqual(expect.arrayContaining([`ip address ${one.ipv4}`, `ipv6 address ${one.ipv6}`]));
        if (one.kind !== "link" && host.role !== "state-edge") expect(lines, `${host.name} ${one.name}`).toEqual(expect.arrayContaining(["ip ospf passive", "ipv6 ospf6 passive"]));
      }
    }
  });

  test("border routers alone summarise and close the stub areas; OSPFv3 has one area and does neither", () => {
    for (const [host] of networkDesign(province)) {
      const areas = new Set([...province.links.values()].filter((link) => link.ends.some((end) => end.host === host)).map((link) => link.area));
      const text = frr(province, host);
      for (const area of province.routing.areas.filter((one) => one.stub === "totally" && areas.has(one.name))) {
        const borders = areas.has("backbone");
        expect(text.includes(`area ${area.id} stub no-summary\n`), `${host} ${area.name}`).toBe(borders);
        expect(text.includes(`area ${area.id} stub\n`), `${host} ${area.name}`).toBe(!borders);
        for (const summary of area.summaries ?? []) {
          expect(text.includes(`area ${area.id} range ${summary}\n`), host).toBe(borders);
        }
      }
    }
  });

  test("the hand-off: each end names the other's addresses and filters both ways", () => {
    const handoffs = [...province.links.values()].filter((link) => link.role === "handoff");
    for (const link of handoffs) {
      for (const [near, far] of [link.ends, [link.ends[1], link.ends[0]]] as const) {
        const text = frr(province, near.host);
        for (const address of [addressOf(far.ipv4), addressOf(far.ipv6)]) {
          for (const line of ["bfd profile link", "ttl-security hops 1", "password {{secret:bgp}}", "prefix-list accepted in", "prefix-list announced out"]) {
            expect(text, `${near.host} ${line}`).toContain(`neighbor ${address} ${line}\n`);
          }
        }
      }
    }
  });

  test("hubs have the outside from each other by BGP, and take nothing of it from OSPF; nobody else speaks BGP", () => {
    const hubs = [...province.hosts.values()].filter((host) => host.role === "core" || host.role === "aggregation");
    for (const host of hubs) {
      const text = frr(province, host.name);
      expect(text).toContain("\nip protocol ospf route-map from-ospf\nipv6 protocol ospf6 route-map from-ospf\n");
      for (const other of hubs) {
        const speaks = other !== host && (host.role === "core" || other.role === "core");
        for (const family of ["ipv4", "ipv6"] as const) {
          for (const line of [`update-source ${host.loopback![family]}`, "next-hop-self", "password {{secret:bgp}}", "prefix-list accepted in", "prefix-list accepted out"]) {
            expect(text.includes(`neighbor ${other.loopback![family]} ${line}\n`), `${host.name} ${other.name} ${line}`).toBe(speaks);
          }
        }
      }
    }
    const speakers = new Set([...hubs, ...[...province.hosts.values()].filter((host) => host.role === "state-edge")].map((host) => host.name));
    for (const [host, intent] of [...networkDesign(province), ...stateEdgeDesign(province)]) {
      expect(intent.files?.["/etc/frr/daemons"]?.content.includes("bgpd=yes"), host).toBe(speakers.has(host));
    }
  });

  test("WAN links are shaped at both ends to their capacity, cables in the data center are not", () => {
    for (const link of province.links.values()) {
      for (const end of link.ends) {
        const batch = designs.get(province)?.get(end.host)?.files?.["/etc/egov/qos.tc"]?.content ?? "";
        const rate = link.capacityMbps * 1000;
        expect(batch.includes(`class add dev ${end.interface} parent 1: classid 1:1 htb rate ${rate}kbit ceil ${rate}kbit `), link.name).toBe(link.role !== "core");
      }
    }
  });

  test("what the classes are promised adds up to the link, and every class may borrow all of it", () => {
    for (const [host, intent] of networkDesign(province)) {
      const batch = intent.files?.["/etc/egov/qos.tc"]?.content ?? "";
      const promised = new Map<string, number>();
      for (const [, dev = "", rate, ceil] of batch.matchAll(/^class add dev (\S+) parent 1:1 .* htb rate (\d+)kbit ceil (\d+)kbit/gm)) {
        promised.set(dev, (promised.get(dev) ?? 0) + Number(rate));
        expect(batch, host).toContain(`class add dev ${dev} parent 1: classid 1:1 htb rate ${ceil}kbit`);
      }
      for (const [dev, sum] of promised) {
        const capacity = Number(new RegExp(`dev ${dev} parent 1: classid 1:1 htb rate (\\d+)kbit`).exec(batch)?.[1]);
        expect(sum, `${host} ${dev}`).toBeLessThanOrEqual(capacity);
        expect(sum, `${host} ${dev}`).toBeGreaterThan(capacity - province.qos.length);
      }
    }
  });
});

describe("the gateway addresses of the segments", () => {
  const keepalived = (host: string) => fileOf(nghean, host, "/etc/keepalived/keepalived.conf");

  test("both firewalls hold the same instances, the first with the higher priority, an IPv6 one with a link-local address first", () => {
    const instances = (text: string) => [...text.matchAll(/^vrrp_instance (\S+) \{$/gm)].map((match) => match[1]);
    expect(instances(keepalived("fw1"))).toEqual(instances(keepalived("fw2")));
    expect(instances(keepalived("fw1"))).toHaveLength(2 * nghean.segments.size);
    const priorities = (text: string) => new Set([...text.matchAll(/^ {4}priority (\d+)$/gm)].map((match) => Number(match[1])));
    expect([...priorities(keepalived("fw1"))]).toEqual([200]);
    expect([...priorities(keepalived("fw2"))]).toEqual([150]);
    for (const segment of nghean.segments.values()) {
      expect(keepalived("fw1")).toContain(`${segment.gateway.ipv4}/32`);
      expect(keepalived("fw1")).toMatch(new RegExp(`fe80::\\S+/64\\n +${segment.gateway.ipv6}/128`));
    }
  });

  test("traffic into a segment prefers the first firewall, too", () => {
    for (const segment of nghean.hosts.get("fw1")?.interfaces.filter((one) => one.kind === "segment") ?? []) {
      expect(block(frr(nghean, "fw1"), segment.name)).toContain("ip ospf cost 1");
      expect(block(frr(nghean, "fw2"), segment.name)).toContain("ipv6 ospf6 cost 1001");
    }
  });
});

describe("the OSPF key", () => {
  test.each(["abcd", "0123456789abcdef"])("takes %s", (key) => expect(ospfSecret(key)).toBe(key));
  test.each(["abc", "0123456789abcdefg", "has blank", "khóa-mật"])("refuses %s without repeating it", (key) => {
    expect(() => ospfSecret(key)).toThrow("the OSPF key must have 4 to 16 printable ASCII characters and no blanks");
  });
});
