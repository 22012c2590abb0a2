/** Every check of meaning, beyond what the schemas say. Each reports all that it finds. */
import type { Report } from "../problem.ts";
import type { Raw } from "../raw.ts";
import { checkAddressing } from "./addressing.ts";
import { checkAreas } from "./areas.ts";
import { checkCertificates } from "./certificates.ts";
import { checkCommunes } from "./communes.ts";
import { checkConference } from "./conference.ts";
import { checkDemand } from "./demand.ts";
import { checkDuplicates } from "./duplicates.ts";
import { checkEnvironments } from "./environments.ts";
import { checkFunds } from "./funds.ts";
import { checkHosts } from "./hosts.ts";
import { checkInterfaces } from "./interfaces.ts";
import { checkLinks } from "./links.ts";
import { checkMail } from "./mail.ts";
import { checkMonitoring } from "./monitoring.ts";
import { checkPeople } from "./people.ts";
import { checkQos } from "./qos.ts";
import { checkReferences } from "./references.ts";
import { checkRouting } from "./routing.ts";
import { checkSecurity } from "./security.ts";
import { checkSegments } from "./segments.ts";
import { checkSites } from "./sites.ts";
import { checkWaivers } from "./waivers.ts";

const CHECKS: readonly ((raw: Raw, report: Report) => void)[] = [
  checkDuplicates,
  checkReferences,
  checkSites,
  checkHosts,
  checkInterfaces,
  checkLinks,
  checkAreas,
  checkAddressing,
  checkSegments,
  checkRouting,
  checkQos,
  checkCommunes,
  checkFunds,
  checkCertificates,
  checkPeople,
  checkMail,
  checkConference,
  checkSecurity,
  checkMonitoring,
  checkEnvironments,
  checkDemand,
  checkWaivers,
];

/** Runs all checks on what could be read. */
export function runChecks(raw: Raw, report: Report): void {
  for (const check of CHECKS) check(raw, report);
}
