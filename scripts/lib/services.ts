import { readStack } from "../../infra/engine/index.ts";
import type { ServiceKeys } from "../../monitoring/serviceProof.ts";
import type { Layer } from "../../stacks/layers.ts";
import { conferenceTarget } from "./conference/target.ts";
import { mailCredentials } from "./mailCredentials.ts";
import type { Selection } from "./province.ts";
import { engineOptions } from "./stacks.ts";

/** Whether a stack has put something on hosts. */
export async function isUp(layer: Layer, selection: Selection): Promise<boolean> {
  const stack = await readStack(engineOptions(layer, selection));
  return stack?.resources.some(({ type }) => type === "host:index:Configuration") ?? false;
}

/** What it takes to try the services whose stacks are up. */
export async function serviceKeys(selection: Selection): Promise<ServiceKeys> {
  const [mail, conference, monitoring] = await Promise.all((["mail", "conference", "monitoring"] as const).map((layer) => isUp(layer, selection)));
  return {
    ...(mail === true && { mail: await mailCredentials(selection) }),
    ...(conference === true && { conference: await conferenceTarget(selection) }),
    ...(monitoring === true && { monitoring }),
  };
}
