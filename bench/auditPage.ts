/** How soon the audit's page shows a large province: the shipped one's offices, many times over, in Chromium without a screen. */
import { auditTopology } from "../audit/topology/index.ts";
import { renderPage, topologyMap } from "../audit/topology/page/index.ts";
import type { Host, Link, Province, Site } from "../inventory/model.ts";
import { derive } from "../inventory/source.ts";
import { findChromium, openPage } from "../scripts/lib/chromium.ts";
import type { Figure } from "./figure.ts";

const NODES = 600;
const BOUND_MILLISECONDS = 1500;
/** Runs; the middle one counts. */
const RUNS = 5;

export async function benchAuditPage(province: Province): Promise<Figure[]> {
  const bound = `< ${BOUND_MILLISECONDS} ms`;
  const chromium = findChromium();
  if (chromium === undefined) return [{ name: `page of ${NODES} nodes`, measured: "not measured", bound, kept: false, note: "there is no Chromium here: install the Debian package chromium" }];
  const large = enlarged(province, NODES);
  // These judge every office, link and failure; what else the audit works out takes time that is not the page's.
  const map = topologyMap(large, await auditTopology(large, { checks: ["coverage", "resilience.bridges", "resilience.articulation", "resilience.risks"] }));
  const html = renderPage(map);
  const times: number[] = [];
  for (let run = 0; run < RUNS; run++) {
    await using page = await openPage(chromium, html);
    const drawn = await page.waitForFunction("document.documentElement.dataset.drawn", { timeout: 60_000 });
    times.push(Number(await drawn.jsonValue()));
  }
  const middle = times.toSorted((a, b) => a - b)[Math.floor(RUNS / 2)]!;
  return [{
    name: `page of ${map.nodes.length} nodes, ${map.links.length} links, from opening to drawn`,
    measured: `${middle} ms (${Math.min(...times)}–${Math.max(...times)})`,
    bound,
    kept: middle < BOUND_MILLISECONDS,
    note: `${(html.length / 1e6).toFixed(1)} MB, ${map.failures.length} failures, ${map.findings.length} verdicts`,
  }];
}

/** The province with copies of its offices beside the originals, until it has at least so many routers. */
function enlarged(province: Province, nodes: number): Province {
  const [sites, hosts, links] = [new Map(province.sites), new Map(province.hosts), new Map(province.links)];
  const offices = [...province.sites.values()].filter(({ kind }) => kind === "office");
  for (let copy = 1; hosts.size < nodes + 20; copy++) {
    for (const site of offices) {
      const slug = `${site.slug}-x${copy}`;
      // A spiral around the original: far enough to be seen beside it, near enough to stay in the province.
      const [turn, away] = [copy * 2.4, 0.03 * Math.sqrt(copy)];
      sites.set(slug, derive<Site>({ ...site, slug, name: `${site.name} ${copy}`, lat: site.lat + away * Math.sin(turn), lon: site.lon + away * Math.cos(turn) }, site));
      const router = [...province.hosts.values()].find((host) => host.site === site.slug && host.role === "site-router")!;
      const name = `r-${slug}`;
      hosts.set(name, derive<Host>({ ...router, name, site: slug }, router));
      for (const link of province.links.values()) {
        if (!link.ends.some(({ host }) => host === router.name)) continue;
        const ends = link.ends.map((end) => (end.host === router.name ? { ...end, host: name } : end)) as unknown as Link["ends"];
        links.set(`${link.name}-x${copy}`, derive<Link>({ ...link, name: `${link.name}-x${copy}`, ends: derive(ends, link.ends) }, link));
      }
    }
  }
  return { ...province, sites, hosts, links };
}
