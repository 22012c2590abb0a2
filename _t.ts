import { up } from "./infra/engine/index.ts";
import { engineOptions, ensureSecrets } from "./scripts/lib/stacks.ts";
import { select } from "./scripts/lib/province.ts";
const t0 = performance.now();
const at = () => ((performance.now() - t0) / 1000).toFixed(2);
const sel = select({ inventory: process.env.EGOV_INVENTORY ?? "inventory/nghe-an", environment: "twin" } as never);
console.log(at(), "loaded");
for (const layer of ["network", "datacenter"] as const) {
  await ensureSecrets(layer, sel);
  console.log(at(), layer, "secrets");
  const r = await up({ ...engineOptions(layer, sel), onEvent: (e) => { if (e.kind !== "summary" && e.kind !== "diagnostic") console.log(at(), e.kind, (e as any).op ?? "", (e as any).type, e.name, (e as any).durationSeconds?.toFixed(2) ?? ""); else if (e.kind === "diagnostic") console.log(at(), e.source, e.message); } });
  console.log(at(), layer, "end", r.succeeded);
}
