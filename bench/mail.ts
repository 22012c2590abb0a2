/** The mail's figures on a running twin: messages that come in from abroad, each scanned, and how soon all of them are in their mailboxes. */
import { setTimeout as sleep } from "node:timers/promises";
import { addressesOf, FOREIGN_USER, mailHosts, probeAddress } from "../infra/mail/index.ts";
import { execIn, openTools, type Tools, twinName } from "../infra/twin/index.ts";
import { hostsOfRole } from "../inventory/index.ts";
import type { Selection } from "../scripts/lib/province.ts";
import type { Figure } from "./figure.ts";

const SECONDS = 60;
const FEWEST_PER_SECOND = 50;
/** When the last message has to be in its mailbox, seconds after the load. */
const EMPTY_SECONDS = 30;
const MESSAGE_BYTES = 4096;
const SESSIONS = 10;
/** Messages of one run of smtp-source, all to one mailbox. */
const BATCH = 200;
const SINK_PORT = 2525;
const SINK_MESSAGES = 3000;

/** Sends to the probes' mailboxes and empties them; takes a minute and a half. */
export async function benchMail({ province, environment }: Selection, say: (line: string) => void): Promise<Figure[]> {
  const hosts = mailHosts(province);
  const [abroad] = hostsOfRole(province, "foreign-mail");
  if (hosts === undefined || abroad === undefined) throw new Error("the province has no mail to measure, or nobody to send it any");
  const twin = twinName(province, environment);
  const exchanger = hosts.exchangers[0]!;
  const recipients = [...province.sites.values()].filter(({ kind }) => kind === "office").map(({ slug }) => probeAddress(province, slug));
  const sender = `${FOREIGN_USER}@${province.mail.foreignDomain}`;
  await using tools = await openTools(twin);

  say("how fast the sender's and a receiver's programs are by themselves");
  const floor = await sinkRate(tools, exchanger.name);

  say(`mail from ${province.mail.foreignDomain} for ${SECONDS} s`);
  const startedAt = performance.now();
  const elapsed = () => (performance.now() - startedAt) / 1000;
  let sent = 0;
  let refusal = "";
  for (let run = 0; elapsed() < SECONDS && refusal === ""; run += 1) {
    const { code, stderr } = await tools.run(abroad.name, source(BATCH, `${addressesOf(exchanger).ipv4}:25`, sender, recipients[run % recipients.length]!, abroad.name));
    if (code === 0) sent += BATCH;
    else refusal = stderr.trim().split("\n").at(-1) ?? "refused";
  }
  const rate = sent / elapsed();
  const emptyAfter = await untilEmpty(twin, exchanger.name);
  for (const recipient of recipients) await execIn(twin, hosts.mailbox.name, ["doveadm", "expunge", "-u", recipient, "mailbox", "INBOX", "header", "from", sender]);
  return [
    {
      name: "mail in, each message scanned", measured: `${rate.toFixed(0)} a second for ${elapsed().toFixed(0)} s`, bound: `≥ ${FEWEST_PER_SECOND} a second`,
      kept: rate >= FEWEST_PER_SECOND && refusal === "", note: refusal || `${sent} of 4 KiB; sender and receiver that do nothing else: ${floor.toFixed(0)} a second`,
    },
    {
      name: "queue empty after it", measured: emptyAfter === undefined ? `not within ${EMPTY_SECONDS} s` : `${emptyAfter.toFixed(1)} s`, bound: `≤ ${EMPTY_SECONDS} s`,
      kept: emptyAfter !== undefined,
    },
  ];
}

function source(messages: number, to: string, sender: string, recipient: string, name: string): string[] {
  return ["smtp-source", "-s", String(SESSIONS), "-m", String(messages), "-l", String(MESSAGE_BYTES), "-M", name, "-f", sender, "-t", recipient, to];
}

/** Messages a second that smtp-source hands to smtp-sink on one host. */
async function sinkRate(tools: Tools, host: string): Promise<number> {
  const stop = new AbortController();
  const sink = tools.run(host, ["smtp-sink", "-u", "nobody", `127.0.0.1:${SINK_PORT}`, "128"], { signal: stop.signal }).catch(() => {});
  try {
    for (let attempt = 0; attempt < 50; attempt += 1) {
      const startedAt = performance.now();
      const { code } = await tools.run(host, source(SINK_MESSAGES, `127.0.0.1:${SINK_PORT}`, "a@example.org", "b@example.org", "floor"));
      if (code === 0) return SINK_MESSAGES / ((performance.now() - startedAt) / 1000);
      await sleep(100);
    }
    throw new Error("smtp-sink does not answer");
  } finally {
    stop.abort();
    await sink;
  }
}

/** Seconds until nothing waits on the exchanger; undefined when something does after the bound. */
async function untilEmpty(twin: string, exchanger: string): Promise<number | undefined> {
  const startedAt = performance.now();
  const elapsed = () => (performance.now() - startedAt) / 1000;
  do {
    const { stdout } = await execIn(twin, exchanger, ["postqueue", "-j"]);
    if (stdout.trim() === "") return elapsed();
    await sleep(250);
  } while (elapsed() < EMPTY_SECONDS);
  return undefined;
}
