/** The figures of bringing a province up: each in the same run as the floor it stands beside. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensureImage } from "../infra/twin/image.ts";
import { type TwinReport, twinStatus, twinName } from "../infra/twin/index.ts";
import { bootedHosts, loadProvince } from "../inventory/index.ts";
import type { Environment, Province, Site } from "../inventory/model.ts";
import { imagePackages } from "../scripts/lib/packages.ts";
import { reportOf, Workbench } from "../scripts/lib/workbench.ts";
import { type Access, openAccess } from "../monitoring/access.ts";
import { mapLimited } from "../monitoring/probes/vantage.ts";
import { bareBoot } from "./bareBoot.ts";
import { measureFailover } from "./failover.ts";
import { addSite } from "../scripts/lib/newSite.ts";
import type { Figure } from "./figure.ts";
import { usedMemoryMiB } from "./memory.ts";

const ENVIRONMENT = "twin";

/** What `./egov up --json` prints, as far as it is read here. */
interface UpReport {
  readonly twin: TwinReport;
  readonly stacks: readonly { readonly changes: readonly { readonly name: string }[] }[];
}

/** Runs the whole bench; takes some minutes. `say` gets a line for each part that begins. */
export async function benchUp(inventory: string, say: (line: string) => void): Promise<Figure[]> {
  await using bench = await Workbench.open({ inventory, slug: "bench", managementPrefix: "198.19.0.0/22" });
  const figures: Figure[] = [];
  const note = (figure: Figure): void => { figures.push(figure); say(`${figure.name}: ${figure.measured} (${figure.bound})`); };

  say("building the image anew");
  const { province } = loadProvince(bench.directory);
  const environment = province.environments.get(ENVIRONMENT) as Environment;
  note(await imageFigure(province));

  say("booting the hosts bare");
  const floor = await bareBoot(province, environment);

  say("from nothing to proof");
  const before = await usedMemoryMiB();
  const up = await bench.must("up", "--json");
  const inAll = await usedMemoryMiB() - before;
  const perHost = inAll / floor.hosts;
  note({ name: "nothing → proof", measured: seconds(up.seconds), bound: `≤ 3 × ${seconds(floor.seconds)}`, kept: up.seconds <= 3 * floor.seconds, note: `the floor: ${floor.hosts} hosts booted bare with their routing daemons (their sshd answers after ${seconds(floor.sshSeconds)})` });
  note({ name: "memory a host", measured: `${perHost.toFixed(1)} MiB`, bound: "≤ 40 MiB", kept: perHost <= 40, note: "all that the machine has less, shared out" });
  note({ name: "memory in all", measured: `${(inAll / 1024).toFixed(1)} GiB`, bound: "≤ 6 GiB", kept: inAll <= 6 * 1024 });

  say("up again with no change");
  const { again, restarted } = await withoutChange(bench, province, environment);
  note({ name: "up with no change", measured: seconds(again), bound: "≤ 10 s", kept: again <= 10 });
  note({ name: "units restarted or reloaded by it", measured: String(restarted.length), bound: "0", kept: restarted.length === 0, note: restarted.slice(0, 5).join(", ") });

  say("cutting a primary link silently");
  const site = [...province.sites.values()].find((s) => s.kind === "office" && s.tier === 2) as Site;
  const failover = await measureFailover(province, environment, site);
  note({ name: "gap of a 5 ms stream, silent cut", measured: `${failover.cut.longestGapMilliseconds} ms`, bound: "≤ 1,200 ms", kept: failover.cut.longestGapMilliseconds <= 1200, note: failover.link });
  note({ name: "gap when the link is back", measured: `${failover.restored.longestGapMilliseconds} ms`, bound: "≤ 200 ms", kept: failover.restored.longestGapMilliseconds <= 200, note: `${failover.restored.lost} of ${failover.restored.received + failover.restored.lost} lost` });

  say("adding a site");
  const concerned = await addSite(bench, province);
  const added = await bench.must("up", "--json");
  const report = reportOf<UpReport>(added);
  const touched = [...new Set(report.stacks.flatMap((stack) => stack.changes.map((change) => change.name)))].toSorted();
  const stranger = touched.find((name) => !concerned.includes(name));
  note({ name: "one site more", measured: seconds(added.seconds), bound: `≤ ${seconds(report.twin.seconds)} + 8 s`, kept: added.seconds <= report.twin.seconds + 8, note: "the floor: the new host's boot" });
  note({ name: "hosts touched by it", measured: touched.join(", "), bound: concerned.join(", "), kept: stranger === undefined && touched.length > 0 });

  say("all communes");
  const pilots = (await twinStatus(twinName(province, environment))).endpoints.length;
  const memory = await usedMemoryMiB();
  const communes = await bench.must("twin", "up", "--communes", "all", "--json");
  const more = (await usedMemoryMiB()) - memory;
  const all = (JSON.parse(communes.stdout) as TwinReport).endpoints - pilots;
  note({ name: `${all} communes more`, measured: seconds(communes.seconds), bound: "≤ 20 s", kept: communes.seconds <= 20 });
  note({ name: "their memory", measured: `${more.toFixed(0)} MiB`, bound: "≤ 400 MiB", kept: more <= 400 });
  return figures;
}

/** Builds the image into an empty cache. */
async function imageFigure(province: Province): Promise<Figure> {
  const cache = await mkdtemp(join(tmpdir(), "egov-bench-cache-"));
  const { EGOV_CACHE: usual } = process.env;
  process.env.EGOV_CACHE = cache;
  try {
    const { builtInSeconds = Number.NaN } = await ensureImage(imagePackages(province), () => {});
    return { name: "building the image", measured: seconds(builtInSeconds), bound: "≤ 120 s", kept: builtInSeconds <= 120 };
  } finally {
    if (usual === undefined) delete process.env.EGOV_CACHE;
    else process.env.EGOV_CACHE = usual;
    await rm(cache, { recursive: true, force: true });
  }
}

async function withoutChange(bench: Workbench, province: Province, environment: Environment): Promise<{ again: number; restarted: string[] }> {
  await using access = await openAccess(province, environment);
  const before = await unitChanges(province, environment, access);
  const { seconds: again } = await bench.must("up", "--json");
  const after = await unitChanges(province, environment, access);
  return { again, restarted: [...after].filter(([unit, time]) => before.get(unit) !== time).map(([unit]) => unit) };
}

/** `host unit` → when the service last changed its state (a reload changes it, too), microseconds since boot. */
async function unitChanges(province: Province, environment: Environment, access: Access): Promise<Map<string, string>> {
  const changes = new Map<string, string>();
  await mapLimited(bootedHosts(province, environment), 8, async (host) => {
    const { stdout } = await access.onHost(host, "systemctl show -p Id,StateChangeTimestampMonotonic '*.service'");
    for (const [, unit, time] of stdout.matchAll(/^Id=(.+)\nStateChangeTimestampMonotonic=(\d+)$/gm)) {
      // Each SSH login may have a service of its own, which comes and goes with it.
      if (unit !== undefined && time !== undefined && !unit.startsWith("ssh@")) changes.set(`${host.name} ${unit}`, time);
    }
  });
  return changes;
}

function seconds(value: number): string {
  return `${value.toFixed(1)} s`;
}
