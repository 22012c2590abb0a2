/** Cuts links of a running twin and makes them whole again. */
import { Failure } from "../../inventory/failure.ts";
import { WIRES, namespaceOf } from "./names.ts";
import type { PlannedLink, TwinPlan } from "./plan.ts";
import { run } from "./run.ts";
import { noteCut, requirePlan, type CutKind } from "./store.ts";

/**
 * Cuts a link in both directions. By default silently, as a failure within a carrier's network looks from its ends: the
 * carrier stays up and nothing arrives. With `carrier` both hosts see the carrier go, as with a broken patch cable.
 * Throws Failure when the twin is not up or has no such link.
 */
export async function cutLink(twin: string, link: string, options: { readonly carrier?: boolean } = {}): Promise<void> {
  const plan = await requirePlan(twin);
  const wires = linkOf(plan, link);
  const kind: CutKind = options.carrier === true ? "carrier" : "silent";
  await noteCut(twin, link, kind);
  await applyCut(twin, wires, kind);
}

/** Undoes a cut of either kind. A link that is whole stays so. */
export async function restoreLink(twin: string, link: string): Promise<void> {
  const plan = await requirePlan(twin);
  const wires = linkOf(plan, link);
  await applyCut(twin, wires, undefined);
  await noteCut(twin, link, undefined);
}

/** Brings both ports of a link into the state of a cut, or with undefined into that of a whole link. */
export async function applyCut(twin: string, link: PlannedLink, kind: CutKind | undefined): Promise<void> {
  const lines = link.ports.map((port) => {
    if (kind === "carrier") return `link set ${port} nomaster down`;
    return kind === "silent" ? `link set ${port} nomaster up` : `link set ${port} master ${link.bridge} up`;
  });
  await run(["ip", "-n", namespaceOf(twin, WIRES), "-batch", "-"], { input: `${lines.join("\n")}\n` });
}

function linkOf(plan: TwinPlan, link: string): PlannedLink {
  const found = plan.links[link];
  if (found !== undefined) return found;
  const names = Object.keys(plan.links);
  const near = names.filter((name) => name.includes(link)).slice(0, 5);
  throw new Failure(`twin ${plan.twin} has no link ${link}`, {
    advice: near.length > 0 ? `did you mean ${near.join(", ")}?` : `it has ${names.length}, such as ${names.slice(0, 3).join(", ")}`,
  });
}
