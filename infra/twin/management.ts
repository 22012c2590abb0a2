/** The management network of a twin must not be in use for something else on this machine. */
import { Failure } from "../../inventory/failure.ts";
import { overlaps, prefixOf } from "../../inventory/address.ts";
import { twinFolders } from "./limits.ts";
import { operatorInterface } from "./names.ts";
import { run } from "./run.ts";

interface Route {
  readonly dst: string;
  readonly dev?: string;
}

/** Throws Failure when an interface or route of the machine, other than this twin's own, overlaps `prefix`. */
export async function requireFreePrefix(twin: string, prefix: string): Promise<void> {
  const { stdout } = await run(["ip", "-4", "-json", "route", "show", "table", "all"]);
  const wanted = prefixOf(prefix);
  for (const { dst, dev } of JSON.parse(stdout) as Route[]) {
    if (dst === "default" || dev === undefined || dev === operatorInterface(twin)) continue;
    if (!overlaps(prefixOf(dst.includes("/") ? dst : `${dst}/32`), wanted)) continue;
    const other = twinFolders().find((name) => operatorInterface(name) === dev);
    throw new Failure(`the management prefix ${prefix} of twin ${twin} is in use on this machine: ${dst} is on ${dev}${other === undefined ? "" : ` of twin ${other}`}`, {
      advice: other === undefined ? "set another managementPrefix in the inventory's environments" : `take ${other} down, or set another managementPrefix in one of the inventories`,
    });
  }
}
