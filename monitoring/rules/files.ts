/** All alerts, and Prometheus's rule files made of them. */
import { stringify } from "yaml";
import type { Province } from "../../inventory/model.ts";
import { type Alert, AREAS, runbookOf } from "./alert.ts";
import { conferenceAlerts } from "./conference.ts";
import { hostAlerts } from "./hosts.ts";
import { mailAlerts } from "./mail.ts";
import { networkAlerts } from "./network.ts";
import { systemAlerts } from "./system.ts";
import { timing } from "./timing.ts";

/** Parents stand before their children, so that one evaluation sees them first. */
export function alerts(province: Province): Alert[] {
  return [...networkAlerts(province), ...hostAlerts(province), ...mailAlerts(province), ...conferenceAlerts(province), ...systemAlerts(province)];
}

export interface RuleFile {
  readonly name: string;
  /** YAML. */
  readonly content: string;
}

/** A file an area. */
export function ruleFiles(province: Province): RuleFile[] {
  const all = alerts(province);
  const { evaluationSeconds } = timing(province);
  return AREAS.map((area) => ({
    name: `${area}.yml`,
    content: stringify({ groups: [{ name: area, interval: `${evaluationSeconds}s`, rules: all.filter((alert) => alert.area === area).map(ruleOf) }] }, { lineWidth: 0, aliasDuplicateObjects: false }),
  }));
}

function ruleOf(alert: Alert): object {
  const { name, expression, labels, scope, severity, forSeconds, keepFiringSeconds, summary } = alert;
  return {
    alert: name,
    expr: expression,
    ...(forSeconds === undefined ? {} : { for: `${forSeconds}s` }),
    ...(keepFiringSeconds === undefined ? {} : { keep_firing_for: `${keepFiringSeconds}s` }),
    labels: { ...labels, scope, severity },
    annotations: { summary: summary.en, summary_vi: summary.vi, runbook: runbookOf(alert) },
  };
}
