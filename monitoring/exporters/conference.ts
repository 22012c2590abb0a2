/** The `conference` exporter: who meets, and what each site's media suffer on their way, from Janus's admin API. */
import { janusAdmin, type JanusReading, type JanusStream, readJanus } from "../probes/janus.ts";
import { Metrics } from "./client.ts";
import { grouped } from "./grouped.ts";
import { every, serve } from "./serve.ts";

export interface ConferenceConfiguration {
  readonly port: number;
  /** How often Janus is read, seconds. */
  readonly everySeconds: number;
  /** Of Janus's admin API. */
  readonly url: string;
  readonly secret: string;
  /** Site → its unit: who takes part from elsewhere has no label of their own. */
  readonly districts: Readonly<Record<string, string>>;
}

const TIMEOUT_SECONDS = 3;
/** Label of all who are at no site of the inventory. */
const ELSEWHERE = "none";

export function runConference(configuration: ConferenceConfiguration): void {
  const ask = janusAdmin(configuration.url, configuration.secret, TIMEOUT_SECONDS);
  const { metrics, note } = conferenceMetrics(configuration.districts);
  every(configuration.everySeconds, async () => {
    try {
      note(await readJanus(ask));
    } catch (error) {
      note(undefined);
      throw error;
    }
  });
  serve(configuration.port, metrics, () => {});
}

/** Running sums of one kind of count. */
type Sums = Map<string, number>;

/** The metrics, and how they follow from a reading; undefined when there was none. */
export function conferenceMetrics(districts: Readonly<Record<string, string>>): { metrics: Metrics; note: (reading: JanusReading | undefined) => void } {
  const metrics = new Metrics();
  const place = ["district", "site"] as const;
  const way = [...place, "direction"] as const;
  const success = metrics.gauge("video_probe_success", "1 while the media server answers.");
  const rooms = metrics.gauge("video_rooms", "Rooms in which somebody is.");
  const participants = metrics.gauge("video_participants", "Participants in all rooms, by site.", place);
  const jitter = metrics.gauge("video_jitter_seconds", "Largest jitter among the streams of the site.", way);
  const bitrate = metrics.gauge("video_bits_per_second", "Bit rate of all streams of the site.", way);
  const counters = {
    packets: metrics.counter("video_rtp_packets_total", "RTP packets on the way between the site and the media server.", way),
    lost: metrics.counter("video_rtp_packets_lost_total", "Of them, those that did not arrive.", way),
    bytes: metrics.counter("video_rtp_bytes_total", "Bytes in them.", way),
  };
  const totals: Readonly<Record<keyof typeof counters, Sums>> = { packets: new Map(), lost: new Map(), bytes: new Map() };
  let before: Readonly<Record<keyof typeof counters, Sums>> = { packets: new Map(), lost: new Map(), bytes: new Map() };

  const siteOf = (site: string): string => (Object.hasOwn(districts, site) ? site : ELSEWHERE);
  const labelsOf = (site: string): { district: string; site: string } => ({ district: districts[site] ?? ELSEWHERE, site });

  const note = (reading: JanusReading | undefined): void => {
    success.set({}, Number(reading !== undefined));
    for (const metric of [participants, jitter, bitrate]) metric.clear();
    rooms.set({}, new Set(reading?.participants.map(({ room }) => room)).size);
    for (const [site, all] of grouped(reading?.participants ?? [], (one) => siteOf(one.site))) participants.set(labelsOf(site), all.length);
    if (reading === undefined) return;
    const now = { packets: new Map(), lost: new Map(), bytes: new Map() } as typeof before;
    for (const [key, streams] of grouped(reading.streams, (stream) => `${siteOf(stream.site)} ${stream.direction}`)) {
      const [site = "", direction = ""] = key.split(" ");
      const labels = { ...labelsOf(site), direction };
      jitter.set(labels, Math.max(...streams.map(({ jitterSeconds }) => jitterSeconds)));
      bitrate.set(labels, streams.reduce((sum, { bitsPerSecond }) => sum + bitsPerSecond, 0));
      for (const [source, own] of grouped(streams, sourceOf)) {
        for (const name of Object.keys(counters) as (keyof typeof counters)[]) {
          const sum = own.reduce((total, stream) => total + stream[name], 0);
          now[name].set(source, sum);
          // A stream that ended takes its count with it: that is no traffic.
          const more = Math.max(0, sum - (before[name].get(source) ?? 0));
          totals[name].set(key, (totals[name].get(key) ?? 0) + more);
        }
      }
      for (const name of Object.keys(counters) as (keyof typeof counters)[]) counters[name].set(labels, totals[name].get(key) ?? 0);
    }
    before = now;
  };
  return { metrics, note };
}

function sourceOf({ room, participant, site, direction, media }: JanusStream): string {
  return JSON.stringify([room, participant, site, direction, media]);
}
