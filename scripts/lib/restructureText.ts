/** What `./egov inventory restructure` prints. */
import type { Province, Restructuring } from "../../inventory/index.ts";
import { table } from "./program.ts";

/** The steps in their order, who moves, and what is left to do. `out` is the folder that was written, if any. */
export function restructuringText({ name, before, steps }: Restructuring, out: string | undefined): string {
  const after = steps.at(-1)!.province;
  const rows = steps.map(({ slug, title, connected, moved, files }) => [slug, title, String(connected), String(moved.length), files.join(", ")]);
  const addresses = new Set(steps.flatMap(({ moved }) => moved.map(({ commune }) => commune))).size;
  return [
    `${name}: ${count(before)} → ${count(after)}`,
    "",
    table(["step", "what it does", "sites connected", "communes moved", "files"], rows),
    "",
    "After every step the inventory is sound, and every site has a way to the data center that the step does not touch.",
    ...(addresses === 0 ? [] : [`${addresses} ${addresses === 1 ? "commune gets" : "communes get"} new addresses; --json lists them.`]),
    ...(out === undefined
      ? ["Nothing was written; --out DIR writes the new inventory and its steps."]
      : [
          `${out} holds the new inventory; ${out}/steps the one after each step, to be copied over the province's files and brought up one by one.`,
          `Way back: ./egov inventory restructure ${out}/steps/back.yaml --inventory ${out}`,
        ]),
  ].join("\n");
}

/** The same for programs: every edit and every commune that moves, and the plan of the way back. */
export function restructuringJson({ name, before, steps, back }: Restructuring): object {
  return {
    name,
    before: figures(before),
    after: figures(steps.at(-1)!.province),
    steps: steps.map(({ slug, title, files, connected, moved, edits }) => ({ slug, title, files, sitesConnected: connected, moved, edits })),
    back,
  };
}

function figures(province: Province): Record<"tiers" | "units" | "sites" | "hosts" | "links" | "communes", number> {
  const { tiers, units, sites, hosts, links, communes } = province;
  return { tiers: tiers.length, units: units.size, sites: sites.size, hosts: hosts.size, links: links.size, communes: communes.size };
}

function count(province: Province): string {
  return Object.entries(figures(province)).map(([what, number]) => `${number} ${number === 1 ? what.slice(0, -1) : what}`).join(", ");
}
