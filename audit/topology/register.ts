/** The register of connections that the circular asks for (art. 10): who is connected since when, by which channels, how wide, how good. */
import { isWan } from "../../infra/network/router.ts";
import type { Link, Province, Site } from "../../inventory/model.ts";

/** One channel of an agency. What nobody has recorded is absent. */
export interface RegisterEntry {
  /** The agency's name, in Vietnamese. */
  readonly agency: string;
  readonly site: string;
  readonly channel: string;
  readonly role: Link["role"];
  readonly carrier?: string;
  /** YYYY-MM-DD. */
  readonly since?: string;
  readonly capacityMbps: number;
  readonly availabilityPercent?: number;
}

/** Every channel that leaves a building, in the inventory's order; the state network's own come first as those of the data center. */
export function connectionRegister(province: Province): RegisterEntry[] {
  return [...province.links.values()].filter(isWan).map((link): RegisterEntry => {
    const site = agencySite(province, link);
    const carrier = link.carrier === undefined ? undefined : (province.risks.get(link.carrier)?.name ?? link.carrier);
    return {
      agency: site.name, site: site.slug, channel: link.name, role: link.role, capacityMbps: link.capacityMbps,
      ...(carrier !== undefined && { carrier }), ...(link.since !== undefined && { since: link.since }),
      ...(link.availabilityPercent !== undefined && { availabilityPercent: link.availabilityPercent }),
    };
  });
}

/** The office at an end of the link, or else our own end of a hand-off. */
function agencySite(province: Province, link: Link): Site {
  const places = link.ends.map(({ host }) => province.sites.get(province.hosts.get(host)!.site)!);
  return places.find(({ kind }) => kind === "office") ?? places.find(({ kind }) => kind !== "external") ?? places[0]!;
}

const COLUMNS: readonly (keyof RegisterEntry)[] = ["agency", "site", "channel", "role", "carrier", "since", "capacityMbps", "availabilityPercent"];

/** As CSV (RFC 4180), with a line of column names and CRLF. */
export function registerCsv(entries: readonly RegisterEntry[]): string {
  const cell = (value: string | number | undefined): string => {
    const text = String(value ?? "");
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return [COLUMNS, ...entries.map((entry) => COLUMNS.map((column) => entry[column]))].map((row) => `${row.map(cell).join(",")}\r\n`).join("");
}
