import { expect, test } from "vitest";
import { loadProvince } from "../inventory/index.ts";
import { SMALL } from "../inventory/testing.ts";
import type { Access } from "./access.ts";
import { proveServices, servicesAreWell } from "./serviceProof.ts";
import { watchers } from "./server/prometheus.ts";

const { province } = loadProvince(SMALL);
const own = [...province.hosts.values()].filter(({ site }) => province.sites.get(site)!.kind !== "external").map(({ name }) => name);

/** The proof's word when Prometheus says this of its targets. */
async function proved(targets: readonly (readonly [job: string, host: string, up: number])[]) {
  const result = targets.map(([job, host, up]) => ({ metric: { __name__: "up", job, host }, value: [1, String(up)] }));
  const onHost = async () => ({ exitCode: 0, stdout: `${JSON.stringify({ data: { result } })}\n[]\n`, stderr: "" });
  const services = await proveServices(province, { onHost } as unknown as Access, { monitoring: true }, 0);
  return { not: services.watched?.not, well: servicesAreWell(services) };
}

const nodes = own.map((host) => ["node", host, 1] as const);
const all = watchers(province).map((job) => [job, "mon1", 1] as const);

test("hosts are watched when each is measured, and so is everything that measures", async () => {
  expect(await proved([...nodes, ...all])).toEqual({ not: [], well: true });
});

test("an exporter that ended is missed, and one that nobody has asked yet", async () => {
  expect(await proved([...nodes, ...all.map(([job, host]) => [job, host, job === "wan" ? 0 : 1] as const)])).toEqual({ not: ["what wan measures"], well: false });
  expect(await proved([...nodes, ...all.slice(1)])).toEqual({ not: ["1 of the monitoring host's own have not been measured yet"], well: false });
});

test("a host of which nothing has been heard is missed, and one that is silent", async () => {
  expect(await proved([...nodes.slice(1), ...all])).toMatchObject({ well: false });
  expect(await proved([...nodes.slice(1), ["node", own[0]!, 0], ...all])).toEqual({ not: [own[0]], well: false });
});
