/** The `mail` exporter: sends from one office's probe mailbox to the next one's and fetches it there, one office after the other. */
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { fetchScript, letter, type MailClient, submitScript } from "../probes/mailScripts.ts";
import { Metrics } from "./client.ts";
import { every, serve } from "./serve.ts";
import { Turns } from "./turns.ts";

export interface MailConfiguration {
  readonly port: number;
  /** Between one office's turn and the next, seconds. */
  readonly everySeconds: number;
  /** Name of the mailbox host, and the DNS servers that know it. */
  readonly server: string;
  readonly resolvers: readonly string[];
  readonly domain: string;
  readonly authorityFile: string;
  /** Of every probe mailbox. */
  readonly password: string;
  readonly offices: readonly MailOffice[];
}

export interface MailOffice {
  readonly site: string;
  readonly district: string;
  /** Of its probe mailbox. */
  readonly address: string;
}

/** Where a message got to. */
interface Attempt {
  readonly submitted: boolean;
  readonly fetched: boolean;
  readonly seconds: number;
}

/** How long a message may take to the other mailbox, seconds; and either script as a whole, milliseconds. */
const PATIENCE_SECONDS = 8;
const SCRIPT_MILLISECONDS = 12_000;
/** While some fail and others do not, turns come this fast, so that a recovery is seen soon; seconds. */
const QUICK_SECONDS = 1;
/** Mail servers brought up together with this exporter take this long at worst until the first message passes (a filter's first start compiles its rules); seconds. */
const START_SECONDS = 90;

export function runMail(configuration: MailConfiguration): void {
  const { port, offices, everySeconds } = configuration;
  const metrics = new Metrics();
  const labels = ["district", "site"] as const;
  const success = metrics.gauge("mail_probe_success", `1 while mail from the site reaches another site's mailbox; 0 after two failures in a row. Absent at the start until mail arrives or ${START_SECONDS} seconds have passed.`, labels);
  const duration = metrics.gauge("mail_probe_duration_seconds", "From the submission's begin until the message was fetched, the last time that it was.", labels);
  const step = metrics.gauge("mail_probe_check_success", "The steps of the last attempt.", [...labels, "check"]);
  serve(port, metrics, () => {});

  const authority = readFileSync(configuration.authorityFile, "utf8");
  const client = (office: MailOffice): MailClient => ({
    server: configuration.server, resolvers: configuration.resolvers, authority, login: office.address, password: configuration.password,
  });
  const turns = new Turns(offices.length, performance.now() / 1000 + START_SECONDS);
  every(QUICK_SECONDS, async () => {
    if (!turns.isDue(performance.now() / 1000, everySeconds, QUICK_SECONDS)) return;
    const index = turns.next();
    const from = offices[index]!;
    const to = offices[(index + 1) % offices.length]!;
    const attempt = await send(client(from), client(to), configuration.domain);
    const { district, site } = from;
    step.set({ district, site, check: "submit" }, Number(attempt.submitted));
    if (attempt.submitted) step.set({ district, site, check: "fetch" }, Number(attempt.fetched));
    if (attempt.fetched) duration.set({ district, site }, attempt.seconds);
    const verdict = turns.note(index, attempt.fetched, performance.now() / 1000);
    if (verdict !== undefined) success.set({ district, site }, Number(verdict));
  });
}

async function send(from: MailClient, to: MailClient, domain: string): Promise<Attempt> {
  const startedAt = performance.now();
  const id = `<${randomUUID()}@${domain}>`;
  const submitted = await succeeds(submitScript(from, to.login, letter(id, from.login, to.login)));
  const fetched = submitted && await succeeds(fetchScript(to, id, PATIENCE_SECONDS));
  return { submitted, fetched, seconds: (performance.now() - startedAt) / 1000 };
}

function succeeds(script: string): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn("sh", [], { stdio: ["pipe", "ignore", "ignore"], timeout: SCRIPT_MILLISECONDS });
    child.on("error", () => resolve(false));
    child.on("close", (code) => resolve(code === 0));
    child.stdin.on("error", () => {});
    child.stdin.end(script);
  });
}
