/** The floor of bringing a province up: its hosts booted with the daemons that they run, and nothing provisioned. */
import { execIn, twinDown, twinName, twinUp } from "../infra/twin/index.ts";
import { ROUTER_ROLES } from "../inventory/index.ts";
import type { Environment, Province } from "../inventory/model.ts";
import { imagePackages } from "../scripts/lib/packages.ts";

/** The routing daemons that every router of the province runs, on an empty configuration. */
const START_FRR = "sed -i -E 's/^(ospfd|ospf6d|bfdd)=no/\\1=yes/' /etc/frr/daemons && systemctl start frr";

export interface BareBoot {
  readonly hosts: number;
  /** Until every host's sshd answers. */
  readonly sshSeconds: number;
  /** Until every router's FRR has started, too. */
  readonly seconds: number;
}

/** Boots the twin, starts FRR on each router as soon as it answers, and takes the twin down again. */
export async function bareBoot(province: Province, environment: Environment): Promise<BareBoot> {
  const twin = twinName(province, environment);
  const startedAt = performance.now();
  const since = (): number => (performance.now() - startedAt) / 1000;
  const starts: Promise<unknown>[] = [];
  try {
    const report = await twinUp(province, environment.name, {
      packages: imagePackages(province), communes: "pilot",
      onEvent: (event) => {
        if (event.kind !== "host-ready" || !ROUTER_ROLES.includes(province.hosts.get(event.host)!.role)) return;
        starts.push(execIn(twin, event.host, ["sh", "-c", START_FRR]));
      },
    });
    const sshSeconds = since();
    await Promise.all(starts);
    return { hosts: report.booted.length, sshSeconds, seconds: since() };
  } finally {
    await Promise.allSettled(starts);
    await twinDown(twin);
  }
}
