/** The conference on a small province of real hosts: who gets in, what is seen and how large, what moderators can do, and daemons that were killed. */
import type { Page } from "puppeteer-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { resolverFile } from "../infra/network/resolver.ts";
import { ensureImage } from "../infra/twin/image.ts";
import { openTools, type Tools, workstationOf } from "../infra/twin/index.ts";
import { loadProvince } from "../inventory/index.ts";
import type { Site } from "../inventory/model.ts";
import { type Access, openAccess } from "../monitoring/access.ts";
import { probeConference } from "../monitoring/probes/conference.ts";
import { BROWSER_PACKAGES } from "./lib/chromium.ts";
import { layOutCamera } from "./lib/conference/browser.ts";
import { conferenceKeys, makeInvitation, type MadeInvitation } from "./lib/conference/invite.ts";
import type { MeetingReport } from "./lib/conference/meeting.ts";
import { INBOUND_VIDEO, type InboundVideo } from "./lib/conference/pageScripts.ts";
import { enter, openLink } from "./lib/conference/participants.ts";
import { conferenceTarget } from "./lib/conference/target.ts";
import type { Selection } from "./lib/province.ts";
import { Workbench } from "./lib/workbench.ts";

const SLUG = "conf-test";
const ROOM = "toan-tinh";
/** How long something that is expected may take, milliseconds: generous, for busy machines. */
const PATIENCE = { timeout: 90_000, interval: 500 };

let bench: Workbench;
let selection: Selection;
let access: Access;
let tools: Tools;
let offices: readonly Site[];

beforeAll(async () => {
  bench = await Workbench.open({ inventory: "inventory/small", slug: SLUG, managementPrefix: "198.18.26.0/24" });
  await bench.must("up", "--only", "network", "datacenter", "conference", "--no-prove");
  const { province } = loadProvince(bench.directory);
  const environment = province.environments.get("twin")!;
  selection = { province, environment };
  offices = [...province.sites.values()].filter(({ kind }) => kind === "office");
  access = await openAccess(province, environment);
  const image = await ensureImage(BROWSER_PACKAGES, () => {});
  tools = await openTools(`${SLUG}-twin`, { root: image.root, resolver: resolverFile(province).content });
  await layOutCamera(tools, workstationOf(offices[0]!));
}, 400_000);

afterAll(async () => {
  await tools?.[Symbol.asyncDispose]();
  await access?.[Symbol.asyncDispose]();
  await bench[Symbol.asyncDispose]();
});

async function invitation(name: string, role: "guest" | "moderator" = "guest", hours = 1): Promise<MadeInvitation> {
  return makeInvitation(selection, await conferenceKeys(selection), { room: ROOM, name, role, site: offices[0]!.slug, hours });
}

async function open(office: number, link: string, options: { relayOnly?: boolean } = {}): Promise<Page & AsyncDisposable> {
  return await openLink(tools, offices[office]!, link, (await conferenceKeys(selection)).certificate, options);
}

const shown = async (page: Page, selector: string): Promise<string> => await page.$eval(selector, (element) => (element as { textContent: string | null }).textContent ?? "");
const people = async (page: Page): Promise<string> => await shown(page, "#people");
/** Clicks the button with this text. */
const click = async (page: Page, text: string): Promise<void> => { await page.locator(`::-p-xpath(//button[text()="${text}"])`).click(); };
const heights = async (page: Page): Promise<number[]> => (await page.evaluate(INBOUND_VIDEO) as InboundVideo[]).map(({ frameHeight }) => frameHeight);

describe("links", { timeout: 120_000 }, () => {
  test("are printed for the moderators of a room and for named guests", async () => {
    const moderators = JSON.parse((await bench.must("conference", "invite", "--room", ROOM, "--role", "moderator", "--json")).stdout) as MadeInvitation[];
    expect(moderators.map(({ name, role }) => [name, role])).toEqual([["Văn thư Sở Mẫu", "moderator"]]);
    const guests = await bench.must("conference", "invite", "--room", ROOM, "--name", "An", "Bình", "--hours", "2");
    expect(guests.stdout.match(/^https:\/\/hop\.tinh-mau\.gov\.vn\/#\S+$/gm)).toHaveLength(2);
  });

  test.each([
    [["--room", "nowhere", "--name", "An"], "there is no room 'nowhere'"],
    [["--room", ROOM], "a guest's link needs a name"],
    [["--room", ROOM, "--name", "An", "--site", "nowhere"], "there is no site 'nowhere'"],
    [["--room", ROOM, "--name", "An", "--hours", "-1"], "It must be a number above 0"],
  ])("are not made for %j", async (argv, message) => {
    const run = await bench.egov("conference", "invite", ...argv);
    expect(run.exitCode).toBe(1);
    expect(run.stderr).toContain(message);
    expect(run.stderr).not.toMatch(/\n\s+at /);
  });

  test("let people in from every office; forged and expired ones do not", async () => {
    const target = await conferenceTarget(selection);
    await expect.poll(async () => (await probeConference(access.vantages, target)).misses, PATIENCE).toEqual([]);
    const expired = (await invitation("An", "guest", -1)).token;
    const forged = (await invitation("An")).token.replace(/\..*/, (mac) => [...mac].reverse().join("").replace(/(.*)\./, ".$1"));
    for (const [reason, token] of [["expired", expired], ["forged", forged]] as const) {
      const { misses } = await probeConference(access.vantages, { ...target, invitation: () => ({ room: ROOM, token }) });
      expect(misses.map(({ site, step, got }) => [site, step, got])).toEqual(
        offices.map(({ slug }) => [slug, "gate", JSON.stringify({ type: "refused", reason })]));
    }
  });

  test("that expired end at a page that says so, and shows no meeting", async () => {
    await using page = await open(0, (await invitation("An", "guest", -1)).link);
    await enter(page, false);
    await expect.poll(() => shown(page, "#notice"), PATIENCE).toMatch(/đã hết hạn|has expired/);
    expect(await page.$eval("#call", (element) => (element as unknown as { hidden: boolean }).hidden)).toBe(true);
  });
});

describe("a meeting", { timeout: 300_000 }, () => {
  /** Bytes that a site's router has sent into the class of the conference, and into the one that takes the rest. */
  async function classes(site: string): Promise<{ conference: number; rest: number }> {
    const { province } = selection;
    const router = [...province.hosts.values()].find((host) => host.site === site)!;
    const uplink = router.interfaces.find(({ link }) => link !== undefined && province.links.get(link)?.role === "primary")!.name;
    const { stdout } = await access.onHost(router, `tc -s class show dev ${uplink}`);
    const sent = (index: number): number => Number(new RegExp(`class htb 1:${index}0 .*\\n Sent (\\d+) `).exec(stdout)?.[1]);
    const of = (wanted: (dscp: readonly string[]) => boolean): number => sent(province.qos.findIndex(({ dscp }) => wanted(dscp)) + 1);
    return { conference: of((dscp) => dscp.includes("af41")), rest: of((dscp) => dscp.length === 0) };
  }

  test("of two browsers and a load client at three sites: everybody sees everybody in 1280×720, carried in its class", async () => {
    const before = await classes(offices[0]!.slug);
    let report: MeetingReport | undefined;
    // On a machine that has other things to do, pictures may get lost before they are on the way: then once more.
    await expect.poll(async () => {
      const run = await bench.egov("conference", "test", "--sites", "3", "--seconds", "5", "--json");
      expect(run.stderr).not.toMatch(/\n\s+at /);
      report = JSON.parse(run.stdout) as MeetingReport;
      return run.exitCode;
    }, { timeout: 240_000, interval: 1_000 }).toBe(0);
    expect(report?.participants.map(({ kind }) => kind)).toEqual(["browser", "browser", "load client"]);
    for (const { receptions } of report?.participants ?? []) {
      expect(receptions.map(({ width, height }) => `${width}×${height}`)).toEqual(["1280×720", "1280×720"]);
      for (const { lossPercent, packets } of receptions) {
        expect(lossPercent).toBeLessThan(1);
        expect(packets).toBeGreaterThan(100);
      }
    }
    const after = await classes(offices[0]!.slug);
    // 5 s of a picture alone are more than 500 kB; signalling and the page itself are not media.
    expect(after.conference - before.conference).toBeGreaterThan(500_000);
    expect(after.rest - before.rest).toBeLessThan(0.2 * (after.conference - before.conference));
  });

  test("more sites than the province has is refused in one line", async () => {
    const run = await bench.egov("conference", "test", "--sites", "4");
    expect(run.exitCode).toBe(1);
    expect(run.stderr).toContain("the province has 3 offices, not 4");
  });

  test("a guest through TURN is seen in HD, in a smaller size while the way loses packets, muted and sent away by the moderator", async () => {
    await using moderator = await open(1, (await invitation("Chủ trì", "moderator")).link);
    await enter(moderator, false);
    const guestLink = (await invitation("Khách")).link;
    await using guest = await open(0, guestLink, { relayOnly: true });
    await enter(guest, true);

    await expect.poll(() => heights(moderator), PATIENCE).toEqual([720]);
    expect(await people(guest)).not.toMatch(/Mời ra|Remove/);
    await guest.click("#hand");
    await expect.poll(() => people(moderator), PATIENCE).toMatch(/Khách \((đang giơ tay|hand raised)\)/);

    // What arrives at the moderator's office loses every fifth packet of the meeting's.
    const router = [...selection.province.hosts.values()].find((host) => host.site === offices[1]!.slug)!;
    const [first, last] = selection.province.conference.mediaPorts;
    await access.onHost(router, `nft 'add table inet loss; add chain inet loss forward { type filter hook forward priority 10; }; add rule inet loss forward udp sport ${first}-${last} numgen random mod 5 0 drop'`);
    await expect.poll(async () => Math.max(...await heights(moderator)), PATIENCE).toBeLessThan(720);
    await access.onHost(router, "nft delete table inet loss");
    await expect.poll(() => heights(moderator), PATIENCE).toEqual([720]);

    const [mute, remove] = await moderator.$$eval("#people button", (buttons) => buttons.map((button) => (button as { textContent: string | null }).textContent ?? ""));
    await click(moderator, mute!);
    await expect.poll(() => shown(guest, "#notice"), PATIENCE).toMatch(/đã tắt tiếng|has muted you/);
    await expect.poll(() => people(moderator), PATIENCE).toMatch(/Khách \(.*(đã tắt tiếng|muted)\)/);
    await click(moderator, remove!);
    await expect.poll(() => shown(guest, "#notice"), PATIENCE).toMatch(/ra khỏi phòng|removed you/);
    await expect.poll(() => people(moderator), PATIENCE).not.toContain("Khách");

    // The link that was taken away does not lead back.
    await guest.goto("about:blank");
    await guest.goto(guestLink);
    await enter(guest, false);
    await expect.poll(() => shown(guest, "#notice"), PATIENCE).toMatch(/ra khỏi phòng|removed you/);
  });
});

describe("daemons that were killed", { timeout: 120_000 }, () => {
  test.each(["janus", "coturn", "nginx", "egov-conference-gate"])("%s is back within 15 s", async (unit) => {
    const conf1 = selection.province.hosts.get("conf1")!;
    const process = async (): Promise<string> => (await access.onHost(conf1, `systemctl show -p MainPID --value ${unit}`)).stdout.trim();
    const before = await process();
    await access.onHost(conf1, `systemctl kill --signal=KILL ${unit}`);
    await expect.poll(async () => ![before, "0"].includes(await process()), { timeout: 15_000, interval: 250 }).toBe(true);
  });

  test("and the rooms can be entered again", async () => {
    const target = await conferenceTarget(selection);
    await expect.poll(async () => (await probeConference(access.vantages, target)).misses, PATIENCE).toEqual([]);
  });
});
