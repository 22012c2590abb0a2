/** What the monitoring knows of the province now, from Prometheus and Alertmanager, in one question to their host. */
import type { Province } from "../inventory/model.ts";
import { hostsOfRole } from "../inventory/index.ts";
import type { Access } from "./access.ts";
import type { Severity } from "./rules/alert.ts";
import { ALERTMANAGER_PORT, AUTHORITY, PROMETHEUS_PORT } from "./server/paths.ts";
import { serverName } from "./server/names.ts";

/** How many of something are well, and which are not. */
export interface Count {
  readonly well: number;
  readonly total: number;
  readonly not: readonly string[];
}

export interface ActiveAlert {
  readonly name: string;
  readonly severity: Severity;
  /** What it is about: its link, host and service, or site. */
  readonly about: string;
  /** ISO 8601. */
  readonly since: string;
  readonly summary: { readonly en: string; readonly vi: string };
  /** File, from the project's folder. */
  readonly runbook: string;
  /** Another alert explains it: nobody is told of this one. */
  readonly inhibited: boolean;
}

/** Parts are absent while nothing measures them. */
export interface Screen {
  readonly links?: Count;
  /** Offices with at least one link up. */
  readonly sites?: Count;
  readonly adjacencies?: Count;
  readonly hosts?: Count;
  /** What measures on the monitoring host: the exporters there, Prometheus and Alertmanager. */
  readonly watchers?: Count;
  /** Offices whose mail reaches another office's mailbox. */
  readonly mail?: Count;
  /** Messages that wait in all queues. */
  readonly queuedMessages?: number;
  readonly conference?: { readonly up: boolean; readonly rooms: number; readonly participants: number };
  /** Pages first, then tickets; the oldest first. */
  readonly alerts: readonly ActiveAlert[];
}

/** Nobody answers. */
export interface Silence {
  readonly silent: string;
}

interface Sample {
  readonly metric: Readonly<Record<string, string>>;
  /** Unix time and value. */
  readonly value: readonly [number, string];
}

interface AlertmanagerAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly startsAt: string;
  readonly status: { readonly inhibitedBy: readonly string[] };
}

const METRICS = "wan_link_up|routing_adjacency_up|mail_probe_success|mail_queue_messages|video_probe_success|video_rooms|video_participants";
const QUERY = `{__name__=~"up|${METRICS}",job!="probe"}`;
const TIMEOUT_SECONDS = 5;

/** Asks both. @returns Silence when one does not answer; that is a finding, not an error. */
export async function readScreen(province: Province, access: Pick<Access, "onHost">): Promise<Screen | Silence> {
  const [host] = hostsOfRole(province, "monitoring");
  if (host === undefined) return { silent: "the inventory has no host of the role monitoring" };
  const { exitCode, stdout, stderr } = await access.onHost(host, screenCommand(province));
  const [samples, alerts] = stdout.split("\n");
  if (exitCode !== 0 || samples === undefined || alerts === undefined) {
    return { silent: `${host.name}: ${stderr.trim().split("\n").at(-1) || `exit code ${exitCode}`}` };
  }
  return parseScreen(samples, alerts);
}

/** Shell command that prints Prometheus's answer in one line and Alertmanager's in the next. */
function screenCommand(province: Province): string {
  return [queryCommand(province, QUERY), "echo", askCommand(province, "Alertmanager", ALERTMANAGER_PORT, "/api/v2/alerts")].join("\n");
}

/**
 * Shell command for the monitoring host that prints Prometheus's answer (JSON) to a PromQL expression without single quotes.
 * `at`: the moment of which is asked, Unix time in seconds; now by default.
 */
export function queryCommand(province: Province, expression: string, { at, timeoutSeconds }: { readonly at?: number; readonly timeoutSeconds?: number } = {}): string {
  const time = at === undefined ? "" : ` --data-urlencode time=${at}`;
  return askCommand(province, "Prometheus", PROMETHEUS_PORT, `/api/v1/query --data-urlencode 'query=${expression}'${time}`, timeoutSeconds);
}

function askCommand(province: Province, service: string, port: number, rest: string, timeoutSeconds = TIMEOUT_SECONDS): string {
  const name = serverName(province);
  return `curl -sS --fail --max-time ${timeoutSeconds} --cacert ${AUTHORITY} --resolve ${name}:${port}:127.0.0.1 https://${name}:${port}${rest} || { echo '${service} does not answer' >&2; exit 1; }`;
}

/** @param samplesJson - the answer to `/api/v1/query`. @param alertsJson - the answer to `/api/v2/alerts`. */
export function parseScreen(samplesJson: string, alertsJson: string): Screen {
  const samples = (JSON.parse(samplesJson) as { data: { result: Sample[] } }).data.result;
  const byName = Map.groupBy(samples, ({ metric }) => metric["__name__"] as string);
  const of = (name: string): readonly Sample[] => byName.get(name) ?? [];
  const links = of("wan_link_up");
  const total = (name: string): number => of(name).reduce((sum, { value }) => sum + Number(value[1]), 0);
  const queue = byName.has("mail_queue_messages") ? { queuedMessages: total("mail_queue_messages") } : {};
  const video = of("video_probe_success")[0];
  const alerts = (JSON.parse(alertsJson) as AlertmanagerAlert[]).map(alertOf).filter(({ severity }) => severity !== "none");
  return {
    ...part("links", count(links, ({ link }) => link)),
    ...part("sites", sitesOf(links)),
    ...part("adjacencies", count(of("routing_adjacency_up"), ({ link, protocol, router }) => `${link} ${protocol} on ${router}`)),
    ...part("hosts", count(of("up").filter(({ metric }) => metric["job"] === "node"), ({ host }) => host)),
    ...part("watchers", count(of("up").filter(({ metric }) => metric["job"] !== "node"), ({ job }) => job)),
    ...part("mail", count(of("mail_probe_success"), ({ site }) => site)),
    ...queue,
    ...(video === undefined ? {} : { conference: { up: video.value[1] === "1", rooms: total("video_rooms"), participants: total("video_participants") } }),
    alerts: alerts.toSorted((a, b) => a.severity.localeCompare(b.severity) || a.since.localeCompare(b.since)),
  };
}

function part<K extends string>(key: K, value: Count): { [P in K]?: Count } {
  return value.total === 0 ? {} : { [key]: value } as { [P in K]: Count };
}

function count(samples: readonly Sample[], name: (labels: Sample["metric"]) => string | undefined): Count {
  const not = samples.filter(({ value }) => value[1] !== "1").map(({ metric }) => name(metric) ?? "?");
  return { well: samples.length - not.length, total: samples.length, not: not.toSorted() };
}

/** Sites by their uplinks. */
function sitesOf(links: readonly Sample[]): Count {
  const sites = Map.groupBy(links.filter(({ metric }) => metric["role"] === "primary" || metric["role"] === "backup"), ({ metric }) => metric["site"] as string);
  const not = [...sites].filter(([, own]) => own.every(({ value }) => value[1] !== "1")).map(([site]) => site);
  return { well: sites.size - not.length, total: sites.size, not: not.toSorted() };
}

function alertOf({ labels, annotations, startsAt, status }: AlertmanagerAlert): ActiveAlert {
  const known = (...names: readonly string[]): string => names.flatMap((name) => (labels[name] === undefined || labels[name] === "none" ? [] : [labels[name]])).join(" ");
  return {
    name: labels["alertname"] ?? "?",
    severity: (labels["severity"] ?? "ticket") as Severity,
    about: known("link", "protocol") || known("host", "service", "stack") || known("site"),
    since: startsAt,
    summary: { en: annotations["summary"] ?? "", vi: annotations["summary_vi"] ?? "" },
    runbook: annotations["runbook"] ?? "",
    inhibited: status.inhibitedBy.length > 0,
  };
}
