/** What Janus's admin API (https://janus.conf.meetecho.com/docs/admin.html) tells of the meetings under way. */
import { type HandleName, parseHandleName } from "../../infra/conference/gate/handleName.ts";

/** One stream of sound or picture on its way between a participant and Janus. */
export interface JanusStream extends Omit<HandleName, "kind"> {
  readonly direction: "from-participant" | "to-participant";
  readonly media: "audio" | "video";
  /** Since the stream began. Of what a camera sends in several sizes, all. */
  readonly packets: number;
  readonly bytes: number;
  /** Packets that the receiving side missed since the stream began: Janus's own count, or what the participant reported. */
  readonly lost: number;
  readonly bitsPerSecond: number;
  readonly jitterSeconds: number;
}

export interface JanusReading {
  /** Everybody who is in a room, whether sending, watching or only there. */
  readonly participants: readonly Pick<HandleName, "room" | "site" | "participant">[];
  readonly streams: readonly JanusStream[];
}

/** Sends one request to the admin API: path below its base, such as `/SESSION/HANDLE`, and body. */
export type AskJanus = (path: string, request: Readonly<Record<string, unknown>>) => Promise<unknown>;

/** The admin API at `url` (`http://10.0.0.1:7088/admin`). Rejects when it does not answer in time. */
export function janusAdmin(url: string, secret: string, timeoutSeconds = 5): AskJanus {
  return async (path, request) => {
    const response = await fetch(`${url}${path}`, {
      method: "POST", body: JSON.stringify({ ...request, admin_secret: secret, transaction: "egov" }), signal: AbortSignal.timeout(timeoutSeconds * 1000),
    });
    return await response.json();
  };
}

/** Asks for every session's every handle. @throws Error when Janus refuses, such as for a wrong secret. */
export async function readJanus(ask: AskJanus): Promise<JanusReading> {
  const participants: JanusReading["participants"][number][] = [];
  const streams: JanusStream[] = [];
  const { sessions, error } = await ask("", { janus: "list_sessions" }) as { sessions?: readonly number[]; error?: { reason: string } };
  if (sessions === undefined) throw new Error(`Janus refuses to list its sessions: ${error?.reason ?? "no reason given"}`);
  for (const session of sessions) {
    // Sessions and handles end while they are being asked after; then there is nothing to tell of them.
    const { handles = [] } = await ask(`/${session}`, { janus: "list_handles" }) as { handles?: readonly number[] };
    for (const handle of handles) {
      const { info } = await ask(`/${session}/${handle}`, { janus: "handle_info" }) as { info?: unknown };
      const read = readHandle(info);
      if (read === undefined) continue;
      streams.push(...read.streams);
      if (read.name.kind === "publisher") {
        const { room, site, participant } = read.name;
        participants.push({ room, site, participant });
      }
    }
  }
  return { participants, streams };
}

/** A number, or what is told of a further size of the same camera (`video-simulcast-1`). */
type Count = number | Readonly<Record<string, number>>;

interface Medium {
  readonly type: string;
  readonly rtcp?: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly stats?: Readonly<Record<"in" | "out", Readonly<Record<string, Count>>>>;
}

/** The `info` of a `handle_info`; undefined for a handle that is not the gate's. A handle without a connection has no streams. */
export function readHandle(info: unknown): { readonly name: HandleName; readonly streams: readonly JanusStream[] } | undefined {
  const { opaque_id: opaque, webrtc } = (info ?? {}) as { opaque_id?: string; webrtc?: { media?: Readonly<Record<string, Medium>> } };
  const name = opaque === undefined ? undefined : parseHandleName(opaque);
  if (name === undefined) return undefined;
  const streams = Object.values(webrtc?.media ?? {}).flatMap((medium) => streamOf(name, medium) ?? []);
  return { name, streams };
}

/** Of a publisher's handle what comes in, of a subscriber's what goes out. */
function streamOf({ room, site, participant, kind }: HandleName, { type, rtcp, stats }: Medium): JanusStream | undefined {
  if (type !== "audio" && type !== "video") return undefined;
  const comes = kind === "publisher";
  const counted = stats?.[comes ? "in" : "out"] ?? {};
  const sizes = [counted, ...Object.values(counted).filter((count) => typeof count === "object")];
  const total = (key: string): number => sizes.reduce<number>((sum, one) => sum + (typeof one[key] === "number" ? one[key] : 0), 0);
  // `main`, and for a camera that sends several sizes `sim1` and `sim2`.
  const reports = Object.values(rtcp ?? {});
  const sum = (key: string): number => reports.reduce((total, report) => total + (report[key] ?? 0), 0);
  return {
    room, site, participant, direction: comes ? "from-participant" : "to-participant", media: type,
    packets: total("packets"),
    bytes: total("bytes"),
    lost: sum(comes ? "lost" : "lost-by-remote"),
    bitsPerSecond: total("bytes_lastsec") * 8,
    jitterSeconds: Math.max(0, ...reports.map((report) => report[comes ? "jitter-local" : "jitter-remote"] ?? 0)) / 1000,
  };
}
