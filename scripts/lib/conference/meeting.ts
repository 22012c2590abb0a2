/** A test meeting on a twin, and the report of what everybody saw of everybody. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { webNames } from "../../../infra/conference/certificate.ts";
import { GATE_PATH } from "../../../infra/conference/front.ts";
import { readInvitation } from "../../../infra/conference/gate/invitation.ts";
import { hostAddress, resolverFile } from "../../../infra/network/resolver.ts";
import { ensureImage } from "../../../infra/twin/image.ts";
import { openTools, type Tools, type TwinEvent, twinName, workstationOf } from "../../../infra/twin/index.ts";
import { Failure } from "../../../inventory/failure.ts";
import { hostsOfRole } from "../../../inventory/index.ts";
import type { Host, Site } from "../../../inventory/model.ts";
import type { Selection } from "../province.ts";
import { BROWSER_PACKAGES } from "../chromium.ts";
import { layOutCamera } from "./browser.ts";
import { writeIvf } from "./clip.ts";
import { type ConferenceKeys, conferenceKeys, makeInvitation, roomOf } from "./invite.ts";
import type { StreamCount } from "./load.ts";
import { encodeFilm, picturesOf } from "./pageScripts.ts";
import { browserParticipant, enter, joinByLoadClient, openLink, type TestParticipant } from "./participants.ts";

export interface MeetingOptions {
  /** Sites that take part, each with one participant. */
  readonly sites: number;
  /** Of these, how many with a real browser. */
  readonly browsers: number;
  /** Of all, how many send their picture. */
  readonly cameras: number;
  /** How long is measured once everybody sees everybody, seconds. */
  readonly seconds: number;
  /** Of load clients. */
  readonly picturesPerSecond: number;
  readonly room: string;
  readonly onProgress?: (progress: string) => void;
  readonly onImage?: (event: TwinEvent) => void;
  /** Called when the measuring begins and when it ends. */
  readonly onMeasure?: (phase: "begin" | "end") => Promise<void>;
}

/** One sender's picture at one receiver, over the time that was measured. */
export interface Reception {
  /** Site of the sender. */
  readonly from: string;
  readonly width: number;
  readonly height: number;
  readonly packets: number;
  readonly lost: number;
  readonly lossPercent: number;
  readonly jitterMilliseconds: number;
}

export interface MeetingReport {
  readonly room: string;
  readonly seconds: number;
  readonly participants: readonly { readonly site: string; readonly kind: TestParticipant["kind"]; readonly sends: boolean; readonly receptions: readonly Reception[] }[];
  /** What is not as it should be, a line each. */
  readonly misses: readonly string[];
}

/** The picture that everybody must get while the way allows it. */
const HD = { width: 1280, height: 720 } as const;
/** Highest share of lost packets, percent. */
export const MOST_LOSS_PERCENT = 1;
/** Until everybody sees everybody in HD, seconds. A busy machine takes its time; longer is a miss. */
const SETTLE_SECONDS = 60;
const POLL_MILLISECONDS = 500;
const FILM_SECONDS = 2;

/** @throws Failure when the environment is no twin, has fewer offices, or its conference is not up. */
export async function holdMeeting(selection: Selection, options: MeetingOptions): Promise<MeetingReport> {
  const { province, environment } = selection;
  if (environment.kind !== "twin") {
    throw new Failure(`test participants need workstations at the sites, which '${environment.name}' does not lend`, { advice: "run it on a twin: --environment twin" });
  }
  const room = roomOf(selection, options.room);
  const offices = [...province.sites.values()].filter((site) => site.kind === "office").slice(0, options.sites);
  if (offices.length < options.sites) throw new Failure(`the province has ${offices.length} offices, not ${options.sites}`, { advice: `use --sites ${offices.length} or less` });
  if (options.cameras > room.publishers) throw new Failure(`room '${room.slug}' takes ${room.publishers} cameras, not ${options.cameras}`, { advice: "use --cameras with fewer" });

  const keys = await conferenceKeys(selection);
  const say = options.onProgress ?? (() => {});
  say("preparing the browsers' image");
  const image = await ensureImage(BROWSER_PACKAGES, options.onImage ?? (() => {}));
  const twin = twinName(province, environment);
  await using stack = new AsyncDisposableStack();
  const tools = stack.use(await openTools(twin, { root: image.root, resolver: resolverFile(province).content }));
  await layOutCamera(tools, workstationOf(offices[0] as Site));
  const folder = await mkdtemp(join(tmpdir(), "egov-meeting-"));
  stack.defer(async () => { await rm(folder, { recursive: true }); });

  const film = join(folder, "film.ivf");
  if (options.sites > options.browsers) {
    say("encoding what load clients send");
    await makeFilm(film, tools, selection, keys, offices[0] as Site, options.picturesPerSecond);
  }
  const participants: TestParticipant[] = [];
  for (const [n, site] of offices.entries()) {
    say(`${site.slug} joins`);
    const invitation = makeInvitation(selection, keys, { room: room.slug, name: site.name, role: "guest", site: site.slug, hours: 1 });
    const { id } = readInvitation(invitation.token, keys.invitations, 0) as { id: string };
    const wish = { site, id, token: invitation.token, sends: n < options.cameras };
    if (n < options.browsers) {
      const page = stack.use(await openLink(tools, site, invitation.link, keys.certificate));
      await enter(page, wish.sends);
      participants.push(browserParticipant(page, wish));
    } else {
      participants.push(stack.use(joinByLoadClient(twin, wish, {
        gate: `wss://${webNames(province)[0]}${GATE_PATH}`, resolver: hostAddress(hostsOfRole(province, "dns")[0] as Host)!.ipv4, authority: keys.authority, film,
      })));
    }
  }
  return await measure(participants, options);
}

/** Has a browser encode a film, in the lobby of a room: browsers encode only for pages that came by TLS. */
async function makeFilm(path: string, tools: Tools, selection: Selection, keys: ConferenceKeys, site: Site, picturesPerSecond: number): Promise<void> {
  const { conference } = selection.province;
  const { link } = makeInvitation(selection, keys, { room: conference.rooms[0]!.slug, name: "", role: "guest", site: site.slug, hours: 1 });
  await using page = await openLink(tools, site, link, keys.certificate);
  const chunks = await page.evaluate(encodeFilm(picturesPerSecond, picturesPerSecond * FILM_SECONDS, conference.videoKbps)) as string[];
  await writeFile(path, writeIvf({ picturesPerSecond, pictures: picturesOf(chunks) }, HD.width, HD.height));
}

async function measure(participants: readonly TestParticipant[], options: MeetingOptions): Promise<MeetingReport> {
  const { room, seconds, onProgress: say = () => {} } = options;
  const faults = new Map<string, string>();
  const all = async (): Promise<readonly (readonly StreamCount[])[]> => await Promise.all(participants.map(async (one) => await one.counts().catch((error: unknown) => {
    faults.set(one.id, error instanceof Error ? error.message : String(error));
    return [];
  })));
  const deadline = performance.now() + SETTLE_SECONDS * 1000;
  let begin = await all();
  while (missesOf(participants, begin).length > 0 && faults.size === 0 && performance.now() < deadline) {
    say(`waiting until everybody sees everybody: ${missesOf(participants, begin).length} pictures to come`);
    await sleep(POLL_MILLISECONDS);
    begin = await all();
  }
  say(`measuring for ${seconds} s`);
  await options.onMeasure?.("begin");
  begin = await all();
  await sleep(seconds * 1000);
  const end = await all();
  await options.onMeasure?.("end");
  const report = meetingReport(room, seconds, participants, begin, end);
  return { ...report, misses: [...faults.values(), ...report.misses] };
}

type Seen = Pick<TestParticipant, "id" | "site" | "kind" | "sends">;

/** What is wrong with the pictures that each should see at this moment. */
function missesOf(participants: readonly Seen[], counts: readonly (readonly StreamCount[])[]): string[] {
  return participants.flatMap((receiver, n) => participants.flatMap((sender) => {
    if (!sender.sends || sender.id === receiver.id) return [];
    const seen = counts[n]!.find((count) => count.participant === sender.id);
    if (seen === undefined || seen.received === 0) return [`${receiver.site} sees nothing of ${sender.site}`];
    if (seen.width === HD.width && seen.height === HD.height) return [];
    return [`${receiver.site} sees ${sender.site} at ${seen.width}×${seen.height}, not ${HD.width}×${HD.height}`];
  }));
}

/** The report from the counts at the beginning and the end of the measuring. */
export function meetingReport(
  room: string, seconds: number, participants: readonly Seen[], begin: readonly (readonly StreamCount[])[], end: readonly (readonly StreamCount[])[],
): MeetingReport {
  const siteOf = new Map(participants.map(({ id, site }) => [id, site]));
  const reports = participants.map(({ site, kind, sends }, n) => ({
    site, kind, sends,
    receptions: end[n]!.flatMap((after): Reception[] => {
      const from = siteOf.get(after.participant);
      if (from === undefined) return [];
      const before = begin[n]!.find(({ participant }) => participant === after.participant);
      const received = after.received - (before?.received ?? 0);
      const lost = Math.max(0, after.lost - (before?.lost ?? 0));
      return [{
        from, width: after.width, height: after.height, packets: received, lost,
        lossPercent: received + lost === 0 ? 100 : (100 * lost) / (received + lost), jitterMilliseconds: after.jitterMilliseconds,
      }];
    }),
  }));
  const losses = reports.flatMap(({ site, receptions }) => receptions.filter(({ lossPercent }) => lossPercent >= MOST_LOSS_PERCENT)
    .map(({ from, lossPercent }) => `${site} loses ${lossPercent.toFixed(1)} % of ${from}, bound is ${MOST_LOSS_PERCENT} %`));
  return { room, seconds, participants: reports, misses: [...missesOf(participants, end), ...losses] };
}
