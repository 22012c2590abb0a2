/** A command's province and environment, from its options. */
import { existsSync } from "node:fs";
import { Failure } from "../../inventory/failure.ts";
import { loadProvince } from "../../inventory/index.ts";
import type { Environment, Province } from "../../inventory/model.ts";
import { inventoryDirectory } from "./paths.ts";
import type { CommonOptions } from "./program.ts";

export interface Selection {
  readonly province: Province;
  readonly environment: Environment;
}

/** @throws Failure when the folder, its content or the environment's name is wrong; nothing has been touched then. */
export function select(options: CommonOptions): Selection {
  const directory = inventoryDirectory(options.inventory, existsSync);
  const { province } = loadProvince(directory);
  const environment = province.environments.get(options.environment);
  if (environment === undefined) {
    throw new Failure(`${options.inventory}/environments.yaml: there is no environment '${options.environment}'`, {
      advice: `Use one of: ${[...province.environments.keys()].join(", ")}.`,
    });
  }
  return { province, environment };
}
