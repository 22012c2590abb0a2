/** Prometheus, Alertmanager and what they ask. Pure: same input, same bytes. */
import type { HostIntent } from "../../infra/host/intent.ts";
import { mergeIntents } from "../../infra/host/merge.ts";
import type { Tls } from "../../infra/pki/tls.ts";
import type { HostRole, Province } from "../../inventory/model.ts";
import { alertmanagerIntent } from "./alertmanager.ts";
import { blackboxIntent } from "./blackbox.ts";
import { exportersIntent } from "./exporters.ts";
import { nodeIntent } from "./node.ts";
import { prometheusIntent } from "./prometheus.ts";
import { MAIL_QUEUE, NEIGHBOURS, reporterIntent } from "./reporters.ts";
import { exporterAddress, watchedHosts } from "./targets.ts";
import { servicesOf, watchedUnits } from "./watched.ts";

/** Host name → intent, for every host of the province. */
export function monitoringDesign(province: Province, tls: Tls): Map<string, HostIntent> {
  const watched = watchedUnits(province);
  return new Map(watchedHosts(province).map((host) => {
    const parts = PARTS[host.role]?.(province, tls) ?? [];
    const units = watched.get(host.name);
    return [host.name, mergeIntents([...parts, nodeIntent(host, exporterAddress(province, host), units === undefined ? [] : [...units, ...servicesOf(parts)].toSorted())])];
  }));
}

const router = ({ monitoring }: Province): HostIntent[] => [reporterIntent(NEIGHBOURS, monitoring.scrapeSeconds)];

/** What hosts of a role have beside the node exporter. */
const PARTS: Readonly<Partial<Record<HostRole, (province: Province, tls: Tls) => HostIntent[]>>> = {
  core: router,
  aggregation: router,
  firewall: router,
  "mail-exchanger": ({ monitoring }) => [reporterIntent(MAIL_QUEUE, monitoring.scrapeSeconds)],
  monitoring: (province, tls) => [prometheusIntent(province, tls), alertmanagerIntent(province), blackboxIntent(province), exportersIntent(province)],
};
