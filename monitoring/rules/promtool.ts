/** The rules' examples as a file for `promtool test rules`. */
import { stringify } from "yaml";
import type { Alert } from "./alert.ts";
import type { Case, Series } from "./cases.ts";

/** Labels that no alert may lack: inhibition and whoever reads the alert count on them. */
const ALWAYS = ["province", "district", "site", "link", "scope", "severity"];

/** Two tests an alert: it fires with all labels, and it does not. @throws Error when an alert has no example. */
export function promtoolTests(alerts: readonly Pick<Alert, "name">[], cases: Readonly<Record<string, Case>>, ruleFiles: readonly string[]): string {
  const tests = alerts.flatMap(({ name }) => {
    const one = cases[name];
    if (one === undefined) throw new Error(`no example of the alert ${name}`);
    const complete = `ALERTS{alertname="${name}",alertstate="firing",${ALWAYS.map((label) => `${label}!=""`).join(",")}}`;
    return [
      test(`${name} fires`, one.fires, one.atSeconds, `count by (alertname) (${complete})`, [{ labels: `{alertname="${name}"}`, value: 1 }]),
      ...(one.silent.length === 0 ? [] : [test(`${name} does not fire`, one.silent, one.atSeconds, `count by (alertname) (ALERTS{alertname="${name}",alertstate="firing"})`, [])]),
    ];
  });
  return stringify({ rule_files: ruleFiles, evaluation_interval: "2s", tests }, { lineWidth: 0, aliasDuplicateObjects: false });
}

function test(name: string, series: readonly Series[], atSeconds: number, expr: string, samples: readonly object[]): object {
  return {
    name, interval: "5s",
    input_series: series.map(([one, values]) => ({ series: one, values })),
    promql_expr_test: [{ expr, eval_time: `${atSeconds}s`, exp_samples: samples }],
  };
}
