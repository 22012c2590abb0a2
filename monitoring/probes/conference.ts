/**
 * Whether the conference can be entered from an office: its page is there, and the gate lets somebody with an invitation into the
 * room and out again. Needs only a shell and openssl there, so it works from a router as well as from a workstation.
 */
import { mapLimited, type Vantage } from "./vantage.ts";

export interface ConferenceTarget {
  /** The name that links lead to. */
  readonly name: string;
  /** Path of the gate's websocket. */
  readonly gatePath: string;
  /** The province's authority, PEM. */
  readonly authority: string;
  /** An invitation for a probe at a site, and the room it is for. */
  invitation(site: string): { readonly token: string; readonly room: string };
}

export interface ConferenceMiss {
  readonly site: string;
  readonly step: "page" | "gate";
  readonly room: string;
  /** What came instead, in a few words. */
  readonly got: string;
}

export interface ConferenceReport {
  readonly sites: { readonly reached: number; readonly total: number };
  readonly misses: readonly ConferenceMiss[];
}

/** Seconds until an answer counts as missing. */
const TIMEOUT_SECONDS = 10;
const PARALLEL = 8;

/** Looks from every vantage. */
export async function probeConference(vantages: readonly Vantage[], target: ConferenceTarget): Promise<ConferenceReport> {
  const misses = (await mapLimited(vantages, PARALLEL, async (vantage): Promise<ConferenceMiss[]> => {
    const { token, room } = target.invitation(vantage.site);
    const { stdout, stderr } = await vantage.run(["sh", "-c", conferenceScript(target, token, vantage.source?.ipv4)]);
    const miss = readConference(stdout, room);
    return miss === undefined ? [] : [{ ...miss, site: vantage.site, room, got: miss.got || lastLine(stderr) || "nothing" }];
  })).flat();
  return { sites: { reached: vantages.length - new Set(misses.map(({ site }) => site)).size, total: vantages.length }, misses };
}

/**
 * Shell: fetches the page, then speaks to the gate; prints what came, a line of base64 each. A client's frames are masked (RFC 6455,
 * 5.3); a mask of zeros is one, and leaves the text readable. `source` is the IPv4 address to speak from, where it matters.
 */
export function conferenceScript({ name, gatePath, authority }: ConferenceTarget, token: string, source?: string): string {
  const page = Buffer.from(`GET / HTTP/1.1\r\nHost: ${name}\r\nConnection: close\r\n\r\n`);
  const gate = Buffer.concat([
    Buffer.from(`GET ${gatePath} HTTP/1.1\r\nHost: ${name}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${Buffer.alloc(16).toString("base64")}\r\n\r\n`),
    frame({ type: "hello", token }), frame({ type: "leave" }),
  ]);
  const exchange = (bytes: Buffer): string =>
    `echo ${bytes.toString("base64")} | base64 -d | timeout ${TIMEOUT_SECONDS} openssl s_client -quiet -connect ${name}:443 -servername ${name} ${source === undefined ? "" : `-4 -bind ${source}:0 `}` +
    `-verify_hostname ${name} -verify_return_error -CAfile "$authority" 2>"$said" | base64 -w0; echo`;
  return [
    "authority=$(mktemp) said=$(mktemp)", `trap 'cat "$said" >&2; rm -f "$authority" "$said"' EXIT`,
    `cat >"$authority" <<'END'\n${authority.trim()}\nEND`,
    exchange(page), exchange(gate),
  ].join("\n");
}

/** What the script's output lacks; undefined when nothing. */
export function readConference(stdout: string, room: string): Pick<ConferenceMiss, "step" | "got"> | undefined {
  const [page = "", gate = ""] = stdout.split("\n").map((line) => Buffer.from(line, "base64").toString("utf8"));
  const status = firstLine(page);
  if (!status.startsWith("HTTP/1.1 200 ") || !page.includes("<!doctype html>")) return { step: "page", got: status };
  // A room that one has entered tells who is in it; what is said before shows that the invitation holds.
  if (!gate.includes(`"slug":"${room}"`) || !gate.includes('"type":"participants"')) {
    return { step: "gate", got: /\{"type":"refused"[^}]*\}/.exec(gate)?.[0] ?? firstLine(gate) };
  }
  return undefined;
}

function frame(message: object): Buffer {
  const payload = Buffer.from(JSON.stringify(message));
  const length = payload.length < 126 ? [0x80 | payload.length] : [0x80 | 126, payload.length >> 8, payload.length & 255];
  return Buffer.concat([Buffer.from([0x81, ...length, 0, 0, 0, 0]), payload]);
}

function firstLine(text: string): string {
  return text.split("\r\n")[0]?.trim() ?? "";
}

function lastLine(text: string): string {
  return text.trim().split("\n").at(-1) ?? "";
}
