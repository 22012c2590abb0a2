/** `./egov conference …`: links into its rooms, and a test meeting with participants at several sites. */
import { Command, InvalidArgumentError, Option } from "commander";
import { Failure } from "../inventory/failure.ts";
import { conferenceKeys, type MadeInvitation, makeInvitation, roomOf } from "./lib/conference/invite.ts";
import { holdMeeting, type MeetingReport } from "./lib/conference/meeting.ts";
import { FINDINGS } from "../inventory/exitCodes.ts";
import { printJson, table, withCommonOptions, type CommonOptions } from "./lib/program.ts";
import { runSteps } from "./lib/progress.ts";
import { select } from "./lib/province.ts";

interface InviteOptions extends CommonOptions {
  readonly room: string;
  readonly name?: readonly string[];
  readonly role: "guest" | "moderator";
  readonly site?: string;
  readonly hours?: number;
}

interface TestOptions extends CommonOptions {
  readonly sites: number;
  readonly browsers?: number;
  readonly cameras?: number;
  readonly seconds: number;
  readonly room?: string;
}

/** Of load clients in a test; enough to be a picture, few enough for a small machine. */
const PICTURES_PER_SECOND = 10;
const MOST_BROWSERS = 2;
/** More pictures than this a page shows in smaller sizes. */
const MOST_CAMERAS = 6;
/** Site of somebody who may join from anywhere. */
const ANYWHERE = "anywhere";

export function conferenceCommand(): Command {
  const command = new Command("conference").description("the video conference: invitations, and a test meeting");

  withCommonOptions(command.command("invite"))
    .description("print a link into a room for each name; whoever holds it enters as that person until it expires")
    .requiredOption("--room <slug>", "the room, as in conference.yaml")
    .option("--name <names...>", "how others see the person; for moderators by default those of conference.yaml")
    .addOption(new Option("--role <role>", "what the person may do").choices(["guest", "moderator"]).default("guest"))
    .option("--site <slug>", "the office where the person sits, for reports; by default anywhere")
    .addOption(new Option("--hours <hours>", "how long the link is good for; by default as in conference.yaml").argParser(positive))
    .action(async (options: InviteOptions) => {
      const made = await invite(options);
      if (options.json === true) printJson(made);
      else for (const { name, role, expiresAt, link } of made) console.log(`${name} (${role}, until ${expiresAt})\n${link}`);
    });

  withCommonOptions(command.command("test"))
    .description("hold a meeting of headless participants at several sites of a twin; exit code 2 when a picture is not HD or gets lost")
    .addOption(new Option("--sites <count>", "sites that take part, one participant each").argParser(whole).default(3))
    .addOption(new Option("--browsers <count>", `of these, with a real browser, which decodes what it gets (default: at most ${MOST_BROWSERS})`).argParser(count))
    .addOption(new Option("--cameras <count>", `of these, that send a picture (default: at most ${MOST_CAMERAS})`).argParser(whole))
    .addOption(new Option("--seconds <seconds>", "how long is measured once everybody sees everybody").argParser(whole).default(10))
    .option("--room <slug>", "the room; by default the first of conference.yaml")
    .action(async (options: TestOptions) => {
      const report = await test(options);
      if (options.json === true) printJson(report);
      else print(report);
      if (report.misses.length > 0) process.exitCode = FINDINGS;
    });
  return command;
}

async function invite(options: InviteOptions): Promise<MadeInvitation[]> {
  const selection = select(options);
  const { province } = selection;
  const room = roomOf(selection, options.room);
  if (options.site !== undefined && !province.sites.has(options.site)) {
    throw new Failure(`there is no site '${options.site}'`, { advice: "name one of sites.yaml, or leave --site out" });
  }
  const moderators = room.moderators.map((login) => province.people.people.find((person) => person.login === login)!.name);
  const names = options.name ?? (options.role === "moderator" ? moderators : []);
  if (names.length === 0) throw new Failure("a guest's link needs a name", { advice: "Add --name, once or with several names." });
  const keys = await conferenceKeys(selection);
  return names.map((name) => makeInvitation(selection, keys, {
    room: room.slug, name, role: options.role, site: options.site ?? ANYWHERE, hours: options.hours ?? province.conference.invitationHours,
  }));
}

async function test(options: TestOptions): Promise<MeetingReport> {
  const selection = select(options);
  const [first] = selection.province.conference.rooms;
  if (first === undefined) throw new Failure("the province has no room", { advice: "Add one to conference.yaml." });
  const browsers = Math.min(options.sites, options.browsers ?? MOST_BROWSERS);
  let report: MeetingReport | undefined;
  await runSteps([{
    title: "meeting",
    run: async ({ progress: say }) => {
      report = await holdMeeting(selection, {
        sites: options.sites, browsers, cameras: Math.min(options.sites, options.cameras ?? MOST_CAMERAS), seconds: options.seconds,
        picturesPerSecond: PICTURES_PER_SECOND, room: options.room ?? first.slug, onProgress: say,
      });
      return summary(report);
    },
  }], { silent: options.json === true });
  return report as MeetingReport;
}

function summary({ participants, misses }: MeetingReport): string {
  const pictures = participants.flatMap(({ receptions }) => receptions);
  return `${participants.length} participants, ${pictures.length} pictures received, ${misses.length === 0 ? "all in HD" : `${misses.length} misses`}`;
}

function print({ participants, misses }: MeetingReport): void {
  const rows = participants.flatMap(({ site, kind, receptions }) => receptions.map(({ from, width, height, packets, lossPercent, jitterMilliseconds }) =>
    [site, kind, from, `${width}×${height}`, String(packets), `${lossPercent.toFixed(2)} %`, `${jitterMilliseconds.toFixed(1)} ms`]));
  console.log(table(["SITE", "WITH", "SEES", "SIZE", "PACKETS", "LOSS", "JITTER"], rows));
  for (const miss of misses) console.log(miss);
}

function whole(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError("It must be a whole number from 1 on.");
  return value;
}

function count(text: string): number {
  return text === "0" ? 0 : whole(text);
}

function positive(text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new InvalidArgumentError("It must be a number above 0.");
  return value;
}
