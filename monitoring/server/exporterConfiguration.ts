/** What our exporters are told of the inventory: the intent that they compare life with. */
import { JANUS } from "../../infra/conference/janus.ts";
import { placeholder, SECRET as CONFERENCE_SECRET } from "../../infra/conference/secrets.ts";
import { intendedAdjacencies, wayOf } from "../../infra/network/adjacency.ts";
import { hostAddress } from "../../infra/network/resolver.ts";
import { addressOf, hostsOfRole } from "../../inventory/index.ts";
import { addressesOf, mailHosts, mailServerName, PROBE_PASSWORD_SECRET, probeAddress } from "../../infra/mail/names.ts";
import type { Host, Link, LinkEnd, Province } from "../../inventory/model.ts";
import type { ConferenceConfiguration } from "../exporters/conference.ts";
import type { MailConfiguration } from "../exporters/mail.ts";
import type { PagerConfiguration } from "../exporters/pager.ts";
import type { WanConfiguration } from "../exporters/wan/configuration.ts";
import { datacenterOf, NONE, placeOf } from "../rules/labels.ts";
import { ALERTMANAGER_PORT, AUTHORITY, EXPORTER_PORTS, type ExporterName, NODE_PORT, PROMETHEUS_PORT } from "./paths.ts";
import { NEIGHBOURS } from "./reporters.ts";
import { certificateOf, serverName } from "./names.ts";
import { exporterAddress } from "./targets.ts";

/** What each of our exporters is told, of those that the province has a use for. */
export function exporterConfigurations(province: Province): Partial<Record<ExporterName, object>> {
  const mail = mailConfiguration(province);
  const conference = conferenceConfiguration(province);
  return { wan: wanConfiguration(province), ...(mail && { mail }), ...(conference && { conference }), pager: pagerConfiguration(province) };
}

const HUB_ROLES: readonly Host["role"][] = ["core", "aggregation", "firewall"];

/** The routers of the data center: every link has an end at one of them. */
export function hubs(province: Province): Host[] {
  return [...province.hosts.values()].filter((host) => HUB_ROLES.includes(host.role));
}

function wanConfiguration(province: Province): WanConfiguration {
  const routers = hubs(province);
  const ours = new Set(routers.map((host) => host.name));
  const links = [...province.links.values()].map((link) => linkOf(province, link, ours));
  const linkNamed = new Map(links.map((link) => [link.link, link]));
  return {
    port: EXPORTER_PORTS.wan,
    everySeconds: province.monitoring.scrapeSeconds,
    neighboursFile: `${NEIGHBOURS.name}.prom`,
    routers: routers.map((host) => ({ name: host.name, role: host.role, address: hostAddress(host)!.ipv4, exporter: `${exporterAddress(province, host)}:${NODE_PORT}` })),
    links,
    // Worked out here: the exporter runs on Debian's Node, which is too old for the code that knows the network.
    adjacencies: intendedAdjacencies(province).filter((one) => ours.has(one.host)).map((one) => {
      const { district, site } = linkNamed.get(one.link ?? "") ?? { district: NONE, site: datacenterOf(province) };
      return { ...one, way: wayOf(one), district, site };
    }),
  };
}

function linkOf(province: Province, link: Link, hubNames: ReadonlySet<string>): WanConfiguration["links"][number] {
  // A link between two sites has no end here; then nobody counts its bytes.
  const near = link.ends.find((end) => hubNames.has(end.host)) ?? link.ends[0];
  const far = link.ends.find((end) => end !== near) as LinkEnd;
  const { district, site } = placeOf(province, province.hosts.get(hubNames.has(far.host) ? near.host : far.host)!.site);
  return {
    link: link.name, role: link.role, district, site, hub: near.host, interface: near.interface, carrier: link.carrier ?? NONE,
    capacityMbps: link.capacityMbps,
    probes: probed(link, far, hubNames.has(far.host) === hubNames.has(near.host)).map((end) => addressOf(end.ipv4)),
  };
}

/**
 * Both ends of a link between hubs; of the others the far one, for whether the near one answers says nothing of the link. No end of
 * a hand-off: its addresses are not routed inside the province, so a question from afar would go over the other hand-off.
 */
function probed({ role, ends }: Link, far: LinkEnd, betweenEquals: boolean): readonly LinkEnd[] {
  if (role === "handoff") return [];
  return betweenEquals ? ends : [far];
}

/** Seconds between two offices' turns: a round of TLS handshakes each, which the servers hardly feel. */
const MAIL_TURN_SECONDS = 5;

/** Undefined in a province without mail. */
function mailConfiguration(province: Province): MailConfiguration | undefined {
  const hosts = mailHosts(province);
  return hosts && {
    port: EXPORTER_PORTS.mail,
    everySeconds: MAIL_TURN_SECONDS,
    server: mailServerName(province, hosts),
    resolvers: hostsOfRole(province, "dns").map((host) => addressesOf(host).ipv4),
    domain: province.mail.domain,
    authorityFile: AUTHORITY,
    password: `{{secret:${PROBE_PASSWORD_SECRET}}}`,
    offices: [...province.sites.values()].filter((site) => site.kind === "office").map(({ slug }) => {
      const { site, district } = placeOf(province, slug);
      return { site, district, address: probeAddress(province, slug) };
    }),
  };
}

/** Undefined in a province without conference. */
function conferenceConfiguration(province: Province): ConferenceConfiguration | undefined {
  const [host] = hostsOfRole(province, "conference");
  return host && {
    port: EXPORTER_PORTS.conference,
    // Each stream of each participant is asked after.
    everySeconds: 2 * province.monitoring.scrapeSeconds,
    url: `http://${hostAddress(host)!.ipv4}:${JANUS.admin}/admin`,
    secret: placeholder(CONFERENCE_SECRET.admin),
    districts: Object.fromEntries([...province.sites.values()].filter((site) => site.kind === "office").map(({ slug }) => [slug, placeOf(province, slug).district])),
  };
}

function pagerConfiguration(province: Province): PagerConfiguration {
  return {
    port: EXPORTER_PORTS.pager,
    everySeconds: 2,
    authorityFile: AUTHORITY,
    serverName: serverName(province),
    prometheusPort: PROMETHEUS_PORT,
    alertmanagerPort: ALERTMANAGER_PORT,
    labels: { ...placeOf(province, datacenterOf(province)), host: certificateOf(province).host },
  };
}
