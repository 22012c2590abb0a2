/** What a receiver out in the world would think of a message that claims to come from the province. */
import { authenticate, type DNSResolver } from "mailauth";
import type { Vantage } from "./vantage.ts";

/** `true`, or why not in a few words. */
export type Verdict = true | string;

export interface Verdicts {
  /** Signed by the domain, unchanged since (RFC 6376). */
  readonly dkim: Verdict;
  /** The exchanger may send for the domain (RFC 7208). */
  readonly spf: Verdict;
  /** Both belong to the header's From, and the domain asks to refuse what fails (RFC 7489). */
  readonly dmarc: Verdict;
}

export interface Receipt {
  readonly message: string;
  readonly domain: string;
  /** The envelope's sender. */
  readonly sender: string;
  /** The exchanger that a receiver would see: its address and name. */
  readonly exchanger: { readonly address: string; readonly name: string };
}

export async function verdictsOn({ message, domain, sender, exchanger }: Receipt, resolver: DNSResolver): Promise<Verdicts> {
  const { dkim, spf, dmarc } = await authenticate(message, {
    ip: exchanger.address, helo: exchanger.name, mta: "probe", sender, resolver, disableArc: true, disableBimi: true,
  });
  const signatures = dkim.results.map(({ signingDomain, status }) => ({ domain: signingDomain, result: status.result }));
  const policy = dmarc === false ? undefined : dmarc.policy;
  return {
    dkim: signatures.some((one) => one.domain === domain && one.result === "pass") ||
      (signatures.map((one) => `${one.result} (${one.domain})`).join(", ") || "not signed"),
    spf: spf !== false && (spf.status.result === "pass" || spf.status.result) || "no record",
    dmarc: dmarc === false ? "no record" : dmarc.status.result !== "pass" ? dmarc.status.result : policy === "reject" || `the policy is ${policy ?? "none"}`,
  };
}

/**
 * Asks DNS from a vantage about names of `zone`, in the form of Node's own `dns.resolve`. Names without an answer reject with the code
 * ENODATA; so do those of other zones, unasked: whether the world above our zone can be reached says nothing about our mail.
 */
export function resolverOf(vantage: Vantage, servers: readonly string[], zone: string): DNSResolver {
  const known = new Map<string, Promise<string[]>>();
  const ask = async (name: string, type: string): Promise<string[]> => {
    for (const server of name === zone || name.endsWith(`.${zone}`) ? servers : []) {
      const source = vantage.source === undefined ? [] : ["-b", vantage.source.ipv4];
      const { exitCode, stdout } = await vantage.run(["dig", ...source, "+short", "+time=2", "+tries=2", `@${server}`, name, type]);
      const lines = stdout.split("\n").filter((line) => line !== "" && !line.startsWith(";"));
      if (exitCode === 0 && lines.length > 0) return lines;
    }
    throw Object.assign(new Error(`no ${type} record of ${name}`), { code: "ENODATA" });
  };
  return async (name, type) => {
    const key = `${type} ${name}`;
    if (!known.has(key)) known.set(key, ask(name, type));
    const lines = await known.get(key)!;
    // The library takes what Node gives: texts in parts, exchangers as objects.
    return (type === "TXT" ? lines.map(texts) : type === "MX" ? lines.map(exchange) : lines) as string[];
  };
}

/** `"v=DKIM1; k=rsa; p=MII" "BIj…"` → its parts. */
function texts(line: string): string[] {
  return [...line.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map((match) => (match[1] ?? "").replaceAll(/\\(.)/g, "$1"));
}

/** `10 mx1.nghean.gov.vn.` */
function exchange(line: string): { priority: number; exchange: string } {
  const [priority = "", name = ""] = line.split(" ");
  return { priority: Number(priority), exchange: name.replace(/\.$/, "") };
}
