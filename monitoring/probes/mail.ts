/**
 * Does mail work from every office to every other? Each sends a message to the next, round in a ring, which fetches it and judges it as
 * a receiver out in the world would.
 */
import { randomUUID } from "node:crypto";
import { addressesOf, fullName, mailHosts, mailServerName, probeAddress } from "../../infra/mail/names.ts";
import type { Province } from "../../inventory/model.ts";
import { hostsOfRole } from "../../inventory/reach.ts";
import { fetchScript, letter, type MailClient, submitScript } from "./mailScripts.ts";
import { resolverOf, type Verdict, verdictsOn } from "./mailVerdict.ts";
import { mapLimited, type Vantage } from "./vantage.ts";

/** In the order in which they are made; where one fails, those after it are not tried, save that the last three judge one message. */
export const MAIL_CHECKS = ["submit", "fetch", "dkim", "spf", "dmarc"] as const;
export type MailCheck = (typeof MAIL_CHECKS)[number];

/** A message on its way from one office to another. A check that was not tried has no verdict. */
export interface MailPassage {
  readonly from: string;
  readonly to: string;
  readonly checks: Readonly<Partial<Record<MailCheck, Verdict>>>;
  /** From the submission's begin until the message was in the other's hands; absent when it was not. */
  readonly seconds?: number;
}

export interface MailMiss {
  readonly from: string;
  readonly to: string;
  readonly check: MailCheck;
  readonly reason: string;
}

export interface MailReport {
  /** Offices whose message passed every check. */
  readonly good: number;
  readonly total: number;
  readonly passages: readonly MailPassage[];
  readonly misses: readonly MailMiss[];
}

/** What the stack `mail.ENVIRONMENT` keeps in its settings. */
export interface MailCredentials {
  /** PEM. */
  readonly authority: string;
  /** Of every probe mailbox. */
  readonly password: string;
}

/** Offices that send and fetch at the same time: a TLS handshake costs more than the mail. */
const PARALLEL = 6;
/** How long a message may take to its mailbox, seconds. */
const PATIENCE_SECONDS = 20;

/** An empty report in a province without mail. */
export async function probeMail(
  province: Province, vantages: readonly Vantage[], credentials: MailCredentials, onProgress: (progress: string) => void = () => {},
): Promise<MailReport> {
  const hosts = mailHosts(province);
  if (hosts === undefined) return { good: 0, total: 0, passages: [], misses: [] };
  const server = mailServerName(province, hosts);
  const resolvers = hostsOfRole(province, "dns").map((host) => addressesOf(host).ipv4);
  const exchanger = { address: addressesOf(hosts.exchangers[0]!).ipv4, name: fullName(province, hosts.exchangers[0]!) };
  const client = (vantage: Vantage): MailClient => ({
    server, resolvers, ...credentials, login: probeAddress(province, vantage.site), ...(vantage.source !== undefined && { source: vantage.source.ipv4 }),
  });

  let done = 0;
  const passages = await mapLimited(vantages.map((vantage, i) => [vantage, vantages[(i + 1) % vantages.length]!] as const), PARALLEL, async ([from, to]) => {
    const passage = await pass(from, to);
    onProgress(`${++done} of ${vantages.length} sites tried`);
    return passage;
  });

  async function pass(from: Vantage, to: Vantage): Promise<MailPassage> {
    const way = { from: from.site, to: to.site };
    const startedAt = performance.now();
    const id = `<${randomUUID()}@${province.mail.domain}>`;
    const sender = probeAddress(province, from.site);
    const recipient = probeAddress(province, to.site);
    const sent = await from.run(["sh"], submitScript(client(from), recipient, letter(id, sender, recipient)));
    if (sent.exitCode !== 0) return { ...way, checks: { submit: reasonOf(sent) } };
    const fetched = await to.run(["sh"], fetchScript(client(to), id, PATIENCE_SECONDS));
    if (fetched.exitCode !== 0) return { ...way, checks: { submit: true, fetch: reasonOf(fetched) } };
    const seconds = (performance.now() - startedAt) / 1000;
    const receipt = { message: fetched.stdout, domain: province.mail.domain, sender, exchanger };
    return { ...way, seconds, checks: { submit: true, fetch: true, ...await verdictsOn(receipt, resolverOf(to, resolvers, province.mail.domain)) } };
  }

  const misses = passages.flatMap(({ from, to, checks }) => MAIL_CHECKS.flatMap((check): MailMiss[] => {
    const verdict = checks[check];
    return verdict === undefined || verdict === true ? [] : [{ from, to, check, reason: verdict }];
  }));
  return { good: passages.filter(({ checks }) => MAIL_CHECKS.every((check) => checks[check] === true)).length, total: passages.length, passages, misses };
}

/** `curl: (67) Login denied` → `Login denied`. */
function reasonOf({ stderr, exitCode }: { readonly stderr: string; readonly exitCode: number }): string {
  const said = stderr.trim().split("\n").at(-1) ?? "";
  return said.replace(/^curl: \(\d+\) /, "") || `it ended with ${exitCode}`;
}
