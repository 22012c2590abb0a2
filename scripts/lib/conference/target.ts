import { webNames } from "../../../infra/conference/certificate.ts";
import { GATE_PATH } from "../../../infra/conference/front.ts";
import { Failure } from "../../../inventory/failure.ts";
import type { ConferenceTarget } from "../../../monitoring/probes/conference.ts";
import type { Selection } from "../province.ts";
import { conferenceKeys, makeInvitation } from "./invite.ts";

/** How long a probe's invitation is good for, hours: it is used at once. */
const HOURS = 0.25;

/** What it takes to try the conference from an office. @throws Failure when it has never been up. */
export async function conferenceTarget(selection: Selection): Promise<ConferenceTarget> {
  const { province } = selection;
  const keys = await conferenceKeys(selection);
  const [name] = webNames(province);
  const [room] = province.conference.rooms;
  if (name === undefined || room === undefined) throw new Failure("conference.yaml has no room to try");
  return {
    name, gatePath: GATE_PATH, authority: keys.authority,
    invitation: (site) => ({ room: room.slug, token: makeInvitation(selection, keys, { room: room.slug, name: "egov", role: "guest", site, hours: HOURS }).token }),
  };
}
