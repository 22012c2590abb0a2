/** No two agencies, and no two services, have addresses in common. */
import type { Check } from "../check.ts";
import { circular } from "../law.ts";
import { say } from "../messages/index.ts";
import { ownedSubnets } from "../subnets.ts";
import { judge } from "./addressingOverlap.ts";

export const lawAddresses: Check = {
  id: "law.addresses",
  title: say("law.addresses.title"),
  severity: "critical",
  basis: "law",
  source: circular("7.2 and 7.4"),
  reads: ["inventory"],
  // Offices' networks are the agencies', the data center's segments the services'; out-of-band networks carry nothing of either.
  run: ({ province }) => judge(ownedSubnets(province).filter(({ owner }) => owner.startsWith("site ") || owner.startsWith("segment "))),
};
