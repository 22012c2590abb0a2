/**
 * The pager: takes what Alertmanager tells people, so that it stands in the journal also when no mail goes out, and counts it. And
 * it looks whether the alert that always fires is there: a Prometheus that is dead, or looks at no rules, cannot tell so itself.
 */
import { readFileSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { request } from "node:https";
import { Metrics } from "./client.ts";
import { every, serve } from "./serve.ts";

export interface PagerConfiguration {
  readonly port: number;
  /** How often Prometheus is asked, seconds. */
  readonly everySeconds: number;
  /** PEM of the authority that signed the certificate of both. */
  readonly authorityFile: string;
  readonly serverName: string;
  readonly prometheusPort: number;
  readonly alertmanagerPort: number;
  /** Of the alert that Prometheus is dead. */
  readonly labels: { readonly province: string; readonly district: string; readonly site: string; readonly host: string };
}

/** What Alertmanager posts to a webhook, as far as it is used. */
interface Notification {
  readonly status: "firing" | "resolved";
  readonly alerts: readonly { readonly status: "firing" | "resolved"; readonly labels: Readonly<Record<string, string>>; readonly annotations: Readonly<Record<string, string>> }[];
}

const WATCHDOG = "/api/v1/query?query=ALERTS%7Balertname%3D%22Watchdog%22%2Calertstate%3D%22firing%22%7D";
const TIMEOUT_MILLISECONDS = 2000;
/** A body longer than this is none of Alertmanager's. */
const LONGEST_BYTES = 4_000_000;
/** How long the alert stands after it was last told, seconds. */
const STANDS_SECONDS = 10;
/** Unanswered questions in a row: one alone may be a restart after a change. */
const DEAD_AFTER = 2;
/** Both may have been started together, and rules are first looked at a while after that. */
const START_SECONDS = 30;

export function runPager(configuration: PagerConfiguration): void {
  const metrics = new Metrics();
  const told = metrics.counter("alert_notices_total", "Alerts that people were told of, by receiver and status.", ["receiver", "status"]);
  const alive = metrics.gauge("alert_watchdog_up", "1 while Prometheus answers and its watchdog fires.");
  const counts = new Map<string, { readonly receiver: string; readonly status: string; count: number }>();
  for (const receiver of ["page", "ticket"]) for (const status of ["firing", "resolved"]) counts.set(`${receiver} ${status}`, { receiver, status, count: 0 });

  const authority = readFileSync(configuration.authorityFile, "utf8");
  let missed = 0;
  let wasAlive = false;
  const startedAt = performance.now();
  every(configuration.everySeconds, async () => {
    const fires = await watchdogFires(configuration, authority);
    wasAlive ||= fires || performance.now() - startedAt > START_SECONDS * 1000;
    missed = fires ? 0 : missed + 1;
    if (wasAlive && missed >= DEAD_AFTER) await tellOfPrometheus(configuration, authority);
  });

  const refresh = (): void => {
    alive.set({}, Number(missed < DEAD_AFTER));
    for (const { receiver, status, count } of counts.values()) told.set({ receiver, status }, count);
  };
  serve(configuration.port, metrics, refresh, (incoming, response) => {
    const receiver = /^\/notify\/(page|ticket)$/.exec(incoming.url ?? "")?.[1];
    if (incoming.method !== "POST" || receiver === undefined) {
      response.writeHead(404).end();
      return;
    }
    textOf(incoming).then((text) => {
      const { alerts } = JSON.parse(text) as Notification;
      for (const { status, labels, annotations } of alerts) {
        const entry = counts.get(`${receiver} ${status}`);
        if (entry !== undefined) entry.count += 1;
        console.log(JSON.stringify({ receiver, status, alertname: labels["alertname"], site: labels["site"], link: labels["link"], host: labels["host"], summary: annotations["summary"] }));
      }
      response.writeHead(204).end();
    }).catch(() => response.writeHead(400).end());
  });
}

async function watchdogFires({ prometheusPort, serverName }: PagerConfiguration, ca: string): Promise<boolean> {
  try {
    const { status, data } = JSON.parse(await ask(prometheusPort, serverName, ca, WATCHDOG)) as { status: string; data: { result: unknown[] } };
    return status === "success" && data.result.length > 0;
  } catch {
    return false;
  }
}

/** @throws Error when Alertmanager does not take it. */
async function tellOfPrometheus({ alertmanagerPort, serverName, labels }: PagerConfiguration, ca: string): Promise<void> {
  const alert = {
    labels: { alertname: "PrometheusDown", severity: "page", scope: "system", link: "none", service: "prometheus.service", ...labels },
    annotations: {
      summary: "Prometheus does not answer or looks at no rules: nothing is watched",
      summary_vi: "Prometheus không trả lời hoặc không xét luật nào: không còn gì được giám sát",
      runbook: "monitoring/runbooks/system/PrometheusDown.md",
    },
    endsAt: new Date(Date.now() + STANDS_SECONDS * 1000).toISOString(),
  };
  await ask(alertmanagerPort, serverName, ca, "/api/v2/alerts", JSON.stringify([alert]));
}

/** The body of the answer. @throws Error for anything but a success in time. */
function ask(port: number, servername: string, ca: string, path: string, body?: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const outgoing = request({
      host: "127.0.0.1", port, path, servername, ca, method: body === undefined ? "GET" : "POST", timeout: TIMEOUT_MILLISECONDS,
      headers: { host: servername, ...(body === undefined ? {} : { "content-type": "application/json" }) },
    }, (incoming) => {
      if (incoming.statusCode !== 200) reject(new Error(`port ${port} answers ${incoming.statusCode}`));
      textOf(incoming).then(resolve, reject);
    });
    outgoing.on("timeout", () => outgoing.destroy(new Error(`port ${port} does not answer`)));
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}

async function textOf(incoming: IncomingMessage): Promise<string> {
  let text = "";
  for await (const part of incoming.setEncoding("utf8")) {
    text += part as string;
    if (text.length > LONGEST_BYTES) throw new Error("too long");
  }
  return text;
}
