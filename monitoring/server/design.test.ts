import { resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { unsignedTls } from "../../infra/pki/tls.ts";
import { loadProvince } from "../../inventory/index.ts";
import { conferenceMetrics } from "../exporters/conference.ts";
import { monitoringDesign } from "./design.ts";
import { probeTargets } from "./targets.ts";

const inventory = (name: string) => loadProvince(resolve(import.meta.dirname, "../../inventory", name)).province;
const designOf = (province: ReturnType<typeof inventory>) => monitoringDesign(province, unsignedTls(province.certificates.keys()));
const small = inventory("small");

describe("golden files", () => {
  const design = designOf(small);
  test.each([
    ["mon1", "/etc/prometheus/prometheus.yml"],
    ["mon1", "/etc/prometheus/alertmanager.yml"],
    ["mon1", "/etc/prometheus/blackbox.yml"],
    ["mon1", "/etc/systemd/system/egov-exporter-wan.service"],
    ["mon1", "/etc/default/prometheus-node-exporter"],
    ["agg1", "/etc/systemd/system/egov-neighbours.service"],
    ["r-so-mau", "/etc/default/prometheus-node-exporter"],
    ["r-so-mau", "/etc/systemd/system/prometheus-node-exporter.service.d/egov.conf"],
  ])("%s %s", async (host, path) => {
    await expect(design.get(host)!.files![path]!.content).toMatchFileSnapshot(`golden/${host}${path.replaceAll("/", "-")}`);
  });
});

describe.each(["small", "nghe-an"])("%s", (name) => {
  const province = inventory(name);
  const design = designOf(province);

  test("every host that is ours has a node exporter, and nobody else's has", () => {
    const ours = [...province.hosts.values()].filter((host) => province.sites.get(host.site)!.kind !== "external").map((host) => host.name);
    expect([...design.keys()]).toEqual(ours);
    for (const intent of design.values()) expect(intent.units!["prometheus-node-exporter.service"]).toEqual({ enabled: true, running: true });
  });

  test("every unit of the design comes back by itself", () => {
    for (const [host, { files = {}, units = {} }] of design) {
      for (const unit of Object.keys(units)) {
        const content = (files[`/etc/systemd/system/${unit}`] ?? files[`/etc/systemd/system/${unit}.d/egov.conf`])?.content;
        expect(content, `${host} ${unit}`).toMatch(/^Restart=always\nRestartSec=1$/m);
        expect(content, `${host} ${unit}`).toMatch(/^StartLimitIntervalSec=0$/m);
      }
    }
  });

  test("services of other layers are watched where they run", () => {
    const watched = (host: string) => design.get(host)!.files!["/etc/default/prometheus-node-exporter"]!.content;
    expect(watched("mx1")).toContain("rspamd[.]service");
    expect(watched("conf1")).toContain("janus[.]service");
    expect(watched("mon1")).toContain("prometheus[.]service");
    expect(watched("mbox1")).toContain("dovecot[.]service");
  });

  test("each door is of a host that is there, by a name of its certificate where it has one", () => {
    const names = new Set([...province.certificates.values()].flatMap((certificate) => certificate.names));
    for (const { targets, labels } of probeTargets(province)) {
      expect(province.hosts.has(labels["host"]!)).toBe(true);
      const named = targets.filter((target) => /[a-z]/.test(target));
      for (const target of named) expect(names).toContain(target.replace(/^https:\/\//, "").replace(/:\d+\/?$/, ""));
    }
  });

  test("secrets stand only in files that not everybody may read", () => {
    for (const { files = {} } of design.values()) {
      for (const [path, { content, mode = "0644" }] of Object.entries(files)) if (content.includes("{{secret:")) expect(mode, path).toBe("0640");
    }
  });

  test("the conference's figures of all sites at once take at most 5,000 series", async () => {
    const sites = [...province.sites.values()].filter((site) => site.kind === "office");
    const { metrics, note } = conferenceMetrics(Object.fromEntries(sites.map((site) => [site.slug, site.unit ?? "none"])));
    const streams = [...sites.map((site) => site.slug), "elsewhere"].flatMap((site) => (["from-participant", "to-participant"] as const).map((direction) => (
      { room: "r", site, participant: "p", direction, media: "video" as const, packets: 1, bytes: 1, lost: 1, bitsPerSecond: 1, jitterSeconds: 1 })));
    note({ participants: sites.map((site) => ({ room: "r", site: site.slug, participant: "p" })), streams });
    expect((await metrics.text()).split("\n").filter((line) => line !== "" && !line.startsWith("#")).length).toBeLessThanOrEqual(5000);
  });
});

test("the exporters use nothing that Debian 12's Node 18 does not have", () => {
  const program = designOf(small).get("mon1")!.files!["/usr/local/lib/egov/exporters.cjs"]!.content;
  expect(program.match(/\.(groupBy|toSorted|toReversed|toSpliced|withResolvers|fromAsync|isSubsetOf)\(/g)).toBeNull();
});
