import { generateKeyPairSync } from "node:crypto";
import { resolve } from "node:path";
import { dkimSign } from "mailauth/lib/dkim/sign.js";
import { describe, expect, test } from "vitest";
import { dkimRecord } from "../../infra/mail/dkim.ts";
import { loadProvince } from "../../inventory/index.ts";
import { probeMail } from "./mail.ts";
import { resolverOf, verdictsOn } from "./mailVerdict.ts";
import type { CommandResult, Vantage } from "./vantage.ts";

const province = loadProvince(resolve(import.meta.dirname, "../../inventory/small")).province;
const DOMAIN = "tinh-mau.gov.vn";
const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048, publicKeyEncoding: { type: "spki", format: "pem" }, privateKeyEncoding: { type: "pkcs8", format: "pem" } });
const RECORDS: Readonly<Record<string, string>> = {
  [`MX ${DOMAIN}`]: `10 mx1.${DOMAIN}.`,
  [`A mx1.${DOMAIN}`]: "10.63.3.11",
  [`TXT ${DOMAIN}`]: '"v=spf1 mx -all"',
  [`TXT _dmarc.${DOMAIN}`]: '"v=DMARC1; p=reject; sp=reject; adkim=s; aspf=s"',
  [`TXT egov1._domainkey.${DOMAIN}`]: dkimRecord(privateKey),
};
const LETTER = `From: <a@${DOMAIN}>\r\nTo: <b@${DOMAIN}>\r\nSubject: x\r\nMessage-ID: <1@${DOMAIN}>\r\nDate: Mon, 23 Nov 2026 20:00:00 +0000\r\n\r\nhello\r\n`;

const done = (stdout = "", exitCode = 0, stderr = ""): CommandResult => ({ exitCode, stdout, stderr });

/** Answers dig's questions from records, and scripts by `script`. */
function vantage(site: string, records: Readonly<Record<string, string>> = RECORDS, script: (text: string) => CommandResult | Promise<CommandResult> = () => done()): Vantage {
  return {
    site, address: { ipv4: "10.61.1.2", ipv6: "::1" },
    run: async ([program, ...rest], input = "") => (program === "dig" ? done(`${records[`${rest.at(-1)} ${rest.at(-2)}`] ?? ""}\n`) : await script(input)),
  };
}

async function signed(letter: string): Promise<string> {
  const key = { signingDomain: DOMAIN, selector: "egov1", privateKey };
  const { signatures } = await dkimSign(letter, { canonicalization: "relaxed/relaxed", ...key, signatureData: [key] });
  return signatures + letter;
}

const judge = async (message: string, change: { readonly records?: Readonly<Record<string, string>>; readonly address?: string } = {}) =>
  await verdictsOn(
    { message, domain: DOMAIN, sender: `a@${DOMAIN}`, exchanger: { address: change.address ?? "10.63.3.11", name: `mx1.${DOMAIN}` } },
    resolverOf(vantage("x", change.records), ["10.63.1.11"], DOMAIN));

describe("what the world thinks of a message", () => {
  test("signed, from our exchanger, by our records: all is well", async () => {
    expect(await judge(await signed(LETTER))).toEqual({ dkim: true, spf: true, dmarc: true });
  });
  test("changed after it was signed", async () => {
    expect((await judge((await signed(LETTER)).replace("hello", "hallo"))).dkim).toMatch(/neutral|fail/);
  });
  test("not signed", async () => {
    expect(await judge(LETTER)).toMatchObject({ dkim: expect.stringMatching(/^(not signed|none)/), spf: true });
  });
  test("from another address", async () => {
    expect(await judge(await signed(LETTER), { address: "10.63.3.12" })).toMatchObject({ dkim: true, spf: "fail" });
  });
  test("without the key in DNS", async () => {
    const { [`TXT egov1._domainkey.${DOMAIN}`]: _, ...records } = RECORDS;
    expect(await judge(await signed(LETTER), { records })).toMatchObject({ dkim: expect.stringContaining(DOMAIN), spf: true });
  });
  test("with a policy that refuses nothing", async () => {
    const records = { ...RECORDS, [`TXT _dmarc.${DOMAIN}`]: '"v=DMARC1; p=none"' };
    expect(await judge(await signed(LETTER), { records })).toEqual({ dkim: true, spf: true, dmarc: "the policy is none" });
  });
  test("without any policy", async () => {
    const { [`TXT _dmarc.${DOMAIN}`]: _, ...records } = RECORDS;
    expect((await judge(await signed(LETTER), { records })).dmarc).toMatch(/none|no record/);
  });
});

describe("the ring", () => {
  /** A server of scripts: keeps what was submitted for whom. */
  function ring(broken: { readonly submitAt?: string; readonly fetchAt?: string } = {}): Vantage[] {
    let letter = "";
    return ["mot", "hai", "ba"].map((site) => vantage(site, RECORDS, async (text) => {
      if (text.includes("smtps://")) {
        if (site === broken.submitAt) return done("", 67, "curl: (67) Login denied");
        letter = /<<'END-OF-FILE'\n(From: [^]*?)\nEND-OF-FILE/.exec(text)![1]!.replaceAll("\n", "\r\n") + "\r\n";
        return done();
      }
      return site === broken.fetchAt ? done("", 71, "no message within 20 s") : done(await signed(letter));
    }));
  }
  const CREDENTIALS = { authority: "-", password: "secret" };

  test("every office writes to the next, and the last to the first", async () => {
    const report = await probeMail(province, ring(), CREDENTIALS);
    expect(report).toMatchObject({ good: 3, total: 3, misses: [] });
    expect(report.passages.map(({ from, to }) => `${from} ${to}`)).toEqual(["mot hai", "hai ba", "ba mot"]);
  });
  test("what is missed is named, once, with the reason", async () => {
    const report = await probeMail(province, ring({ submitAt: "hai", fetchAt: "mot" }), CREDENTIALS);
    expect(report).toMatchObject({
      good: 1, total: 3,
      misses: [
        { from: "hai", to: "ba", check: "submit", reason: "Login denied" },
        { from: "ba", to: "mot", check: "fetch", reason: "no message within 20 s" },
      ],
    });
  });
});
