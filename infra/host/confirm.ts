import { Failure } from "../../inventory/failure.ts";
import type { ConfigurationInputs } from "./inputs.ts";

/** What has to be seen before a guarded change stays: a new connection (`reach`), and the neighbours too (`neighbours`, as a rule). */
export const CONFIRMATIONS = ["neighbours", "reach"] as const;
export type Confirmation = (typeof CONFIRMATIONS)[number];

/** In every message of a host that has taken a change back. */
export const IS_BACK = "everything is back as it was";
/** In the message of a host that takes a change back without us, since nobody is left to say so. */
export const GOES_BACK = "the host goes back by itself to what it had";

/** Whether an error's message says that a host took a change back, or takes it back by itself. */
export function wentBack(message: string): boolean {
  return message.includes(IS_BACK) || message.includes(GOES_BACK);
}

/**
 * The inputs with the confirmation that EGOV_CONFIRM asks for. `reach` is for changes that both ends of a link must make before
 * they see each other again, such as another key: neighbours are left out, the new connection never is.
 * @throws Failure for a value that is none of CONFIRMATIONS
 */
export function asConfirmed(wanted: ConfigurationInputs, environment: NodeJS.ProcessEnv): ConfigurationInputs {
  const confirmation = environment["EGOV_CONFIRM"] || "neighbours";
  if (!CONFIRMATIONS.some((one) => one === confirmation)) {
    throw new Failure(`EGOV_CONFIRM is '${confirmation}'`, { advice: `it is ${CONFIRMATIONS.join(" or ")}` });
  }
  return confirmation === "reach" && wanted.guard !== undefined ? { ...wanted, guard: {} } : wanted;
}
