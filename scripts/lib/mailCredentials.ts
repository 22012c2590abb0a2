import { readSettings } from "../../infra/engine/index.ts";
import { PROBE_PASSWORD_SECRET } from "../../infra/mail/names.ts";
import { AUTHORITY_SETTING } from "../../infra/pki/tls.ts";
import { Failure } from "../../inventory/failure.ts";
import type { MailCredentials } from "../../monitoring/probes/mail.ts";
import type { Selection } from "./province.ts";
import { engineOptions, stackName } from "./stacks.ts";

/** What the mail probe needs, from the settings of the stack. @throws Failure when the stack has never been up. */
export async function mailCredentials(selection: Selection): Promise<MailCredentials> {
  const settings = await readSettings(engineOptions("mail", selection));
  const authority = settings.get(`egov:${AUTHORITY_SETTING}`)?.value;
  const password = settings.get(`egov:${PROBE_PASSWORD_SECRET}`)?.value;
  if (authority === undefined || password === undefined) {
    throw new Failure(`${stackName("mail", selection)} has never been up`, { advice: "Bring it up first: ./egov up" });
  }
  return { authority, password };
}
