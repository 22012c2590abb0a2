/** Mail on a small province of real hosts: at its doors from inside, from a commune and from a foreign domain, honest and forged, and with daemons down. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { encrypt } from "unixcrypt";
import { execIn, openTools, type Tools } from "../infra/twin/index.ts";
import { addressesOf, FOREIGN_STORE, FOREIGN_USER, probeAddress } from "../infra/mail/index.ts";
import { loadProvince } from "../inventory/index.ts";
import type { Province } from "../inventory/model.ts";
import type { MailReport } from "../monitoring/probes/mail.ts";
import { verdictsOn } from "../monitoring/probes/mailVerdict.ts";
import { mailCredentials } from "./lib/mailCredentials.ts";
import { reportOf, Workbench } from "./lib/workbench.ts";

const SLUG = "mail-test";
const PASSWORD = "một mật khẩu đủ dài";
const CLERK = "vanthu.huyenbien";
/** Has 1 MiB. */
const FULL = "vanthu.huyennui";
const WORKSTATION = "ws-huyen-bien";
const COMMUNE = "huyen-bien-xa-cat";
const FOREIGN_HOST = "bo-mau";
/** How long a message may take that is expected, milliseconds: generous, for busy machines. */
const PATIENCE = { timeout: 60_000, interval: 500 };

let bench: Workbench;
let tools: Tools;
let province: Province;
let mx: string;
let mailbox: string;
let probePassword: string;
const at = (login: string) => `${login}@${province.mail.domain}`;

beforeAll(async () => {
  bench = await Workbench.open({ inventory: "inventory/small", slug: SLUG, managementPrefix: "198.18.25.0/24" });
  const hash = encrypt(PASSWORD, "$6$mailtest");
  await bench.edit("people.yaml", (text) => text
    .replace(/(login: vanthu\.huyenbien, .*)\}/, `$1, passwordHash: ${hash}}`)
    .replace(/(login: vanthu\.huyennui, .*)\}/, `$1, quotaMiB: 1, passwordHash: ${hash}}`));
  await bench.must("up", "--only", "network", "datacenter", "mail", "--no-prove");
  ({ province } = loadProvince(bench.directory));
  const environment = province.environments.get("twin")!;
  mx = addressesOf(province.hosts.get("mx1")!).ipv4;
  mailbox = addressesOf(province.hosts.get("mbox1")!).ipv4;
  ({ password: probePassword } = await mailCredentials({ province, environment }));
  tools = await openTools(`${SLUG}-twin`);
}, 240_000);

afterAll(async () => {
  await tools?.[Symbol.asyncDispose]();
  await bench[Symbol.asyncDispose]();
});

interface Talk {
  readonly code: number;
  /** The conversation, a line each. */
  readonly said: string;
}

let serial = 0;

/** Runs swaks at a node of the twin; the message has an id of its own. */
async function swaks(node: string, ...argv: string[]): Promise<Talk & { readonly id: string }> {
  const id = `<${++serial}.${process.pid}@test.example>`;
  const { code, stdout, stderr } = await tools.run(node, [
    // A name that DNS knows: the filter looks it up, and this world has no root servers that would say no.
    "swaks", "--helo", node === FOREIGN_HOST ? `${FOREIGN_HOST}.${province.mail.foreignDomain}` : `pc.huyen-bien.${province.mail.domain}`, "--timeout", "40s", "--hide-informational", "--header", `Message-Id: ${id}`, ...argv,
  ]);
  return { code, said: stdout + stderr, id };
}

/** Submits as an office's probe, or as a person. */
async function submit(node: string, login: string, ...argv: string[]): Promise<Talk & { readonly id: string }> {
  const password = login.startsWith("probe.") ? probePassword : PASSWORD;
  return await swaks(node, "--server", mailbox, "--port", "465", "--tls-on-connect", "--auth", "PLAIN", "--auth-user", login, "--auth-password", password, ...argv);
}

async function on(host: string, command: string): Promise<string> {
  const { code, stdout, stderr } = await execIn(`${SLUG}-twin`, host, ["sh", "-c", command]);
  if (code !== 0) throw new Error(`${host}: ${command} ended with ${code}: ${stderr}`);
  return stdout;
}

/** The message as it lies in a mailbox of ours; empty while it is not there. */
async function inbox(login: string, id: string): Promise<string> {
  return await on("mbox1", `doveadm -f flow fetch -u ${at(login)} text mailbox INBOX header message-id '${id}' || :`);
}

async function arrived(login: string, id: string): Promise<string> {
  await expect.poll(async () => await inbox(login, id), PATIENCE).toContain(id);
  return await inbox(login, id);
}

/** The same in the foreign domain. */
async function arrivedAbroad(id: string): Promise<string> {
  const find = `grep -rl -- '${id}' ${FOREIGN_STORE}/${FOREIGN_USER}/new 2>/dev/null | head -1`;
  await expect.poll(async () => await on(FOREIGN_HOST, `${find} || :`), PATIENCE).not.toBe("");
  return await on(FOREIGN_HOST, `cat "$(${find})"`);
}

describe("the probe", { timeout: 120_000 }, () => {
  test("finds that every office writes to another, signed and believed", async () => {
    // Routing may still converge.
    await expect.poll(async () => (await bench.egov("mail", "test")).exitCode, { timeout: 90_000, interval: 1_000 }).toBe(0);
    const { stdout } = await bench.must("mail", "test", "--json");
    const report = JSON.parse(stdout) as MailReport;
    expect(report).toMatchObject({ good: 3, total: 3, misses: [] });
    expect(report.passages.every(({ checks }) => Object.values(checks).filter((verdict) => verdict === true).length === 5)).toBe(true);
  });

  test("leaves nothing in the mailboxes", async () => {
    expect(await on("mbox1", `doveadm search -u ${probeAddress(province, "so-mau")} mailbox INBOX all`)).toBe("");
  });

  test("names the office that cannot send, and ends with 2", async () => {
    await on("r-so-mau", `nft 'table ip away { chain c { type filter hook forward priority -10; tcp dport 465 reject with tcp reset; }; }'`);
    const run = await bench.egov("mail", "test");
    await on("r-so-mau", "nft delete table ip away");
    expect(run.exitCode).toBe(2);
    expect(run.stdout).toContain("2/3 mail");
    expect(run.stdout).toMatch(/^mail from so-mau to huyen-bien: submit: .+/m);
  });
});

describe("at the doors, from an office", { timeout: 120_000 }, () => {
  test("AUTH is not offered before TLS, nor by the exchanger at all", async () => {
    const submission = await swaks(WORKSTATION, "--server", mailbox, "--port", "587", "--quit-after", "EHLO");
    expect(submission.said).toContain("STARTTLS");
    expect(submission.said).not.toContain("AUTH");
    const exchanger = await swaks(WORKSTATION, "--server", mx, "--tls", "--quit-after", "EHLO");
    expect(exchanger.said).toContain("250 CHUNKING");
    expect(exchanger.said).not.toMatch(/AUTH|XCLIENT/);
  });

  test("old TLS is refused", async () => {
    const probe = (version: string, port: number, more = "") => tools.run(WORKSTATION, ["sh", "-c", `openssl s_client -cipher ALL:@SECLEVEL=0 -${version} ${more} -connect ${port === 25 ? mx : mailbox}:${port} </dev/null 2>&1`]);
    for (const [port, more] of [[465, ""], [993, ""], [25, "-starttls smtp"]] as const) {
      expect((await probe("tls1_1", port, more)).stdout).toMatch(/Cipher is \(NONE\)/);
      expect((await probe("tls1_2", port, more)).stdout).toMatch(/New, TLSv1\.2, Cipher is ECDHE/);
    }
  });

  test("a wrong password is refused, and a mailbox without one cannot be entered", async () => {
    for (const login of [CLERK, "quan-tri"]) {
      const { said } = await swaks(WORKSTATION, "--server", mailbox, "--port", "465", "--tls-on-connect", "--auth", "PLAIN", "--auth-user", login, "--auth-password", "x", "--quit-after", "AUTH");
      expect(said).toContain("535");
    }
  });

  test("nothing is relayed, and who is unknown is refused", async () => {
    const relay = await swaks(WORKSTATION, "--server", mx, "--from", "x@example.org", "--to", "y@example.net", "--quit-after", "RCPT");
    expect(relay.said).toContain("554 5.7.1 <y@example.net>: Relay access denied");
    const unknown = await swaks(WORKSTATION, "--server", mx, "--from", "x@example.org", "--to", at("khong.co"), "--quit-after", "RCPT");
    expect(unknown.said).toMatch(/550 5\.1\.1 /);
  });

  test("who pretends to be one of us without a password is refused, and nothing of his is signed", async () => {
    const envelope = await swaks(WORKSTATION, "--server", mx, "--from", at(CLERK), "--to", at("quan-tri"));
    expect(envelope.said).toMatch(/554 5\.7\.1 .*is submitted with a password/);
    for (const sender of ["<>", `${FOREIGN_USER}@${province.mail.foreignDomain}`]) {
      const header = await swaks(WORKSTATION, "--server", mx, "--from", sender, "--h-From", `<${at(CLERK)}>`, "--to", at("quan-tri"));
      expect(header.said).toMatch(/<\*\* 554 5\.7\.1/);
      expect(await inbox("quan-tri", header.id)).toBe("");
    }
  });

  test("both senders belong to who logged in", async () => {
    const header = await submit(WORKSTATION, CLERK, "--from", at(CLERK), "--h-From", `<${at("quan-tri")}>`, "--to", at("quan-tri"));
    expect(header.said).toContain(`554 5.7.1 the header From ${at("quan-tri")} does not belong to ${at(CLERK)}`);
    const envelope = await submit(WORKSTATION, CLERK, "--from", at("quan-tri"), "--to", at("quan-tri"));
    expect(envelope.said).toContain(`554 5.7.1 the envelope sender ${at("quan-tri")} does not belong to ${at(CLERK)}`);
    const two = await submit(WORKSTATION, CLERK, "--from", at(CLERK), "--h-From", `<${at(CLERK)}>, <${at("quan-tri")}>`, "--to", at("quan-tri"));
    expect(two.said).toContain("554 5.7.1 a message has one header From");
  });

  test("a person's message arrives, signed", async () => {
    const { code, id } = await submit(WORKSTATION, CLERK, "--from", at(CLERK), "--to", at("quan-tri"));
    expect(code).toBe(0);
    expect(await arrived("quan-tri", id)).toContain(`d=${province.mail.domain}`);
  });

  test("a group's message reaches each member, and strangers cannot write to it", async () => {
    const { id } = await submit(WORKSTATION, CLERK, "--from", at(CLERK), "--to", at("toan-tinh"));
    for (const member of province.people.groups[0]!.members) await arrived(member, id);
    const stranger = await swaks(FOREIGN_HOST, "--server", mx, "--from", `${FOREIGN_USER}@${province.mail.foreignDomain}`, "--to", at("toan-tinh"), "--quit-after", "RCPT");
    expect(stranger.said).toContain("554 5.7.1");
    const role = await submit(WORKSTATION, CLERK, "--from", at(CLERK), "--to", at("postmaster"));
    await arrived(province.mail.postmaster, role.id);
  });

  test("a full mailbox is refused while the sender waits, and nothing bounces", async () => {
    const bulk = async (bytes: number) => {
      await tools.run(WORKSTATION, ["sh", "-c", `yes 'a line of many' | head -c ${bytes} >/tmp/bulk`]);
      return ["--to", at(FULL), "--body", "@/tmp/bulk"];
    };
    const foreigner = `${FOREIGN_USER}@${province.mail.foreignDomain}`;
    const large = await submit(WORKSTATION, CLERK, "--from", at(CLERK), ...await bulk(800_000));
    await arrived(FULL, large.id);
    // Who does not say beforehand how much he brings may bring the mailbox over its bound, once.
    const last = await swaks(FOREIGN_HOST, "--server", mx, "--from", foreigner, ...await bulk(800_000));
    await arrived(FULL, last.id);
    for (const refused of [
      await submit(WORKSTATION, CLERK, "--from", at(CLERK), "--to", at(FULL), "--quit-after", "RCPT"),
      await swaks(FOREIGN_HOST, "--server", mx, "--from", foreigner, "--to", at(FULL), "--quit-after", "RCPT"),
    ]) expect(refused.said).toMatch(/552 5\.2\.2 .*The mailbox is full/);
    expect(await on("mx1", "postqueue -p")).toContain("Mail queue is empty");
    expect(await on("mbox1", `doveadm search -u ${at(CLERK)} mailbox INBOX header from MAILER-DAEMON`)).toBe("");
  });
});

test("a commune's message arrives", { timeout: 90_000 }, async () => {
  const { code, id } = await submit(COMMUNE, "probe.huyen-bien", "--from", probeAddress(province, "huyen-bien"), "--to", at(CLERK));
  expect(code).toBe(0);
  await arrived(CLERK, id);
});

describe("with a foreign domain", { timeout: 120_000 }, () => {
  const foreigner = () => `${FOREIGN_USER}@${province.mail.foreignDomain}`;
  const fromAbroad = async (...argv: string[]) => await swaks(FOREIGN_HOST, "--server", "127.0.0.1", "--from", foreigner(), ...argv);

  test("its honest mail comes in, its signature, address and policy verified", async () => {
    const { id } = await fromAbroad("--to", at(CLERK));
    const message = await arrived(CLERK, id);
    const results = /^Authentication-Results: mx1\.[^]*?(?=^\S)/m.exec(message)?.[0] ?? "";
    for (const passed of ["dkim=pass", "spf=pass", "dmarc=pass"]) expect(results).toContain(passed);
  });

  test("our mail goes out, and is believed there", async () => {
    const { id } = await submit(WORKSTATION, CLERK, "--from", at(CLERK), "--to", foreigner());
    const message = await arrivedAbroad(id);
    expect(message).toMatch(new RegExp(`^Authentication-Results: [^]*?dkim=pass .*\\s*header\\.d=${province.mail.domain.replaceAll(".", "\\.")}`, "m"));
    // The address that it came from, as it is written down there, may send for us.
    const address = /^Received: from mx1\.\S+ \(\S+ \[(?:IPv6:)?([0-9a-f.:]+)\]\)/m.exec(message)?.[1];
    const records = async (name: string, type: string) => (await on(FOREIGN_HOST, `dig +short ${name} ${type}`)).trim().split("\n").filter((line) => line !== "");
    const verdicts = await verdictsOn(
      { message, domain: province.mail.domain, sender: at(CLERK), exchanger: { address: address!, name: `mx1.${province.mail.domain}` } },
      async (name, type) => {
        const lines = await records(name, type);
        if (lines.length === 0) throw Object.assign(new Error("none"), { code: "ENODATA" });
        if (type === "TXT") return lines.map((line) => [...line.matchAll(/"([^"]*)"/g)].map((match) => match[1]!));
        if (type === "MX") return lines.map((line) => ({ priority: 10, exchange: line.split(" ")[1]!.replace(/\.$/, "") })) as unknown as string[];
        return lines;
      });
    expect(verdicts).toEqual({ dkim: true, spf: true, dmarc: true });
  });

  test("its forgeries are refused: of us, and of itself from elsewhere", async () => {
    const ofUs = await swaks(FOREIGN_HOST, "--server", mx, "--from", foreigner(), "--h-From", `<${at("quan-tri")}>`, "--to", at(CLERK));
    expect(ofUs.said).toMatch(/<\*\* 554 5\.7\.1/);
    const ofIt = await swaks(WORKSTATION, "--server", mx, "--from", foreigner(), "--to", at(CLERK));
    expect(ofIt.said).toMatch(/<\*\* 554 5\.7\.1/);
    const relay = await swaks(FOREIGN_HOST, "--server", mx, "--from", foreigner(), "--to", "y@example.net", "--quit-after", "RCPT");
    expect(relay.said).toContain("Relay access denied");
  });

  test("without the filter nothing passes and nothing is lost", async () => {
    let waiting: { readonly id: string };
    await on("mx1", "systemctl stop rspamd");
    try {
      const direct = await swaks(FOREIGN_HOST, "--server", mx, "--from", foreigner(), "--to", at(CLERK));
      expect(direct.said).toMatch(/<\*\* 451 4\.7\.1/);
      // The submission service learns it when it greets the exchanger, and says so in its own words.
      const own = await submit(WORKSTATION, CLERK, "--from", at(CLERK), "--to", at("quan-tri"));
      expect(own.said).toMatch(/<~\* 4\d\d 4\./);
      waiting = await fromAbroad("--to", at(CLERK));
      await expect.poll(async () => await on(FOREIGN_HOST, "postqueue -p"), PATIENCE).toContain("451 4.7.1");
    } finally {
      await on("mx1", "systemctl start rspamd");
    }
    await expect.poll(async () => {
      await on(FOREIGN_HOST, "postqueue -f");
      return await inbox(CLERK, waiting.id);
    }, PATIENCE).toContain(waiting.id);
  });

  test("mail taken while the mailbox host is away waits and arrives", async () => {
    let id: string;
    await on("mbox1", "systemctl stop dovecot");
    try {
      ({ id } = await fromAbroad("--to", at(CLERK)));
      await expect.poll(async () => await on("mx1", "postqueue -p"), PATIENCE).toContain(at(CLERK));
    } finally {
      await on("mbox1", "systemctl start dovecot");
    }
    await expect.poll(async () => {
      await on("mx1", "postqueue -f");
      return await inbox(CLERK, id);
    }, PATIENCE).toContain(id);
  });
});

describe("daemons that die", { timeout: 60_000 }, () => {
  test.each([
    ["mx1", "postfix@-"], ["mx1", "rspamd"], ["mx1", "redis-server"], ["mx1", "unbound"], ["mbox1", "dovecot"], ["dns1", "named"],
  ])("%s: %s comes back by its unit", async (host, unit) => {
    const pid = async () => (await on(host, `systemctl show -p MainPID --value ${unit}`)).trim();
    const before = await pid();
    expect(Number(before)).toBeGreaterThan(0);
    await on(host, `kill -KILL ${before}`);
    await expect.poll(async () => {
      const now = await pid();
      return now !== before && now !== "0" ? (await on(host, `systemctl is-active ${unit} || :`)).trim() : "gone";
    }, { timeout: 15_000, interval: 250 }).toBe("active");
  });

  test("and mail works as before", async () => {
    await expect.poll(async () => (await bench.egov("mail", "test")).exitCode, PATIENCE).toBe(0);
  });
});

describe("changes", { timeout: 120_000 }, () => {
  test("up again changes nothing", async () => {
    const run = await bench.must("up", "--only", "network", "datacenter", "mail", "--no-prove");
    for (const layer of ["network", "datacenter", "mail"]) expect(run.stdout).toContain(`${layer}.twin: no changes`);
  });

  test("a table with a bad row is refused, every bad row named, and nothing of it is taken", async () => {
    const before = readFileSync(join(bench.directory, "people.yaml"), "utf8");
    const table = join(bench.directory, "people.csv");
    writeFileSync(table, "login,name,body\nnguyen.moi,Nguyễn Mới,so-mau\nLe.B,Lê B,so-mau\ntran.c,Trần C,so-la\n");
    const run = await bench.egov("people", "import", table);
    expect(run.exitCode).toBe(1);
    expect(run.stderr.trimEnd().split("\n")).toEqual([
      `${table}:3: "Le.B" is no login; use lower-case letters, digits, and single dots, hyphens or underscores between them`,
      `${table}:4: there is no body "so-la"; name one of the inventory's`,
    ]);
    expect(readFileSync(join(bench.directory, "people.yaml"), "utf8")).toBe(before);
  });

  test("a new person gets mail after the next up, and only the two mail hosts are touched", async () => {
    const table = join(bench.directory, "people.csv");
    writeFileSync(table, "login,name,body\nnguyen.moi,Nguyễn Mới,so-mau\n");
    expect((await bench.must("people", "import", table)).stdout).toBe("1 added, 0 there already\n");
    expect((await bench.must("people", "import", table)).stdout).toBe("0 added, 1 there already\n");
    const { stacks } = reportOf<{ stacks: { changes: { name: string }[] }[] }>(await bench.must("up", "--only", "mail", "--no-prove", "--json"));
    expect(stacks.flatMap((stack) => stack.changes.map((change) => change.name)).toSorted()).toEqual(["mbox1", "mx1"]);
    const { id } = await submit(WORKSTATION, CLERK, "--from", at(CLERK), "--to", at("nguyen.moi"));
    await arrived("nguyen.moi", id);
  });
});
