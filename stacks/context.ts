import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { connectionOf } from "../infra/reach.ts";
import type { DomainArgs } from "../infra/host/role.ts";
import { Failure, loadProvince } from "../inventory/index.ts";

/** What a stack's program is given: the province, its environment and how its hosts are reached. */
export interface StackContext extends Omit<DomainArgs, "secrets"> {
  readonly layer: string;
}

/**
 * Takes apart a stack's name, `<layer>.<environment>`, and reads the inventory (EGOV_INVENTORY, else `inventory/nghe-an`).
 * @throws Failure when the name has another form, or the inventory no such environment; InventoryErrors for a faulty inventory.
 */
export function stackContext(stack: string): StackContext {
  const [layer, name, ...more] = stack.split(".");
  if (!layer || !name || more.length > 0) {
    throw new Failure(`a stack is called LAYER.ENVIRONMENT, not '${stack}'`, { advice: "For example network.twin." });
  }
  const { province } = loadProvince(inventoryDirectory());
  const environment = province.environments.get(name);
  if (environment === undefined) {
    throw new Failure(`the province has no environment '${name}' (stack '${stack}')`, {
      advice: `environments.yaml has: ${[...province.environments.keys()].join(", ")}.`,
    });
  }
  return { layer, province, environment, connection: (host) => connectionOf(province, environment, host) };
}

/** Relative paths count from where the user stands, else from the project's folder. */
function inventoryDirectory(): string {
  const wanted = process.env["EGOV_INVENTORY"] ?? "inventory/nghe-an";
  const here = resolve(wanted);
  return existsSync(here) ? here : resolve(import.meta.dirname, "..", wanted);
}
