/** The conference's figures on a running twin: six sites at 720p, and what that costs the host. */
import { readFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { Failure } from "../inventory/failure.ts";
import { hostsOfRole } from "../inventory/index.ts";
import { openAccess } from "../monitoring/access.ts";
import { holdMeeting } from "../scripts/lib/conference/meeting.ts";
import type { Selection } from "../scripts/lib/province.ts";
import type { Figure } from "./figure.ts";

const SITES = 6;
const SECONDS = 60;
const PICTURES_PER_SECOND = 30;
/** Share of a core that the media server may take. */
const MOST_PERCENT = 60;
const TICKS_PER_SECOND = 100;
const JANUS_STAT = "cat /proc/$(systemctl show -p MainPID --value janus)/stat";
const ATTEMPTS = 5;

/** Runs in a meeting of its own on a twin that is up; takes some two minutes. A province with fewer offices sends from all it has. */
export async function benchConference(selection: Selection, say: (line: string) => void): Promise<Figure[]> {
  const { province, environment } = selection;
  const offices = [...province.sites.values()].filter(({ kind }) => kind === "office").length;
  const sites = Math.min(SITES, offices);
  const [room] = province.conference.rooms;
  const [host] = hostsOfRole(province, "conference");
  if (room === undefined || host === undefined) throw new Error("the province has no conference to measure");
  await using access = await openAccess(province, environment);
  const janus = async (): Promise<ProcessorTime> => {
    let run = await access.onHost(host, JANUS_STAT);
    // A host that is measured may be too busy for a login; the rate is counted over whatever time it takes.
    for (let attempt = 1; run.exitCode !== 0 && attempt < ATTEMPTS; attempt++) run = await access.onHost(host, JANUS_STAT);
    if (run.exitCode !== 0) throw new Failure(`${host.name} does not say what Janus takes: ${run.stderr.trim()}`);
    return processorTime(run.stdout);
  };
  say(`${sites} sites meet`);
  const spans: { readonly at: number; readonly janus: ProcessorTime; readonly idle: number }[] = [];
  const report = await holdMeeting(selection, {
    // A load client sends as much as a browser does, and leaves the processor to what is measured. Decoding is `conference test`'s.
    sites, browsers: 0, cameras: sites, seconds: SECONDS, picturesPerSecond: PICTURES_PER_SECOND, room: room.slug, onProgress: say,
    onMeasure: async () => { spans.push({ janus: await janus(), idle: await idleSeconds(), at: performance.now() / 1000 }); },
  });
  const [begin, end] = spans;
  if (begin === undefined || end === undefined) throw new Error("the meeting was not measured");
  const seconds = end.at - begin.at;
  const own = (100 * (end.janus.user - begin.janus.user)) / seconds;
  const percent = own + (100 * (end.janus.system - begin.janus.system)) / seconds;
  const busy = 100 * (1 - (end.idle - begin.idle) / seconds / availableParallelism());
  const pictures = report.participants.flatMap(({ receptions }) => receptions);
  const packets = pictures.reduce((sum, one) => sum + one.packets, 0);
  const lost = pictures.reduce((sum, one) => sum + one.lost, 0);
  const loss = (100 * lost) / (packets + lost);
  const worst = pictures.toSorted((a, b) => b.lossPercent - a.lossPercent)[0];
  const hd = pictures.filter(({ width, height }) => width === 1280 && height === 720).length;
  const wanted = sites * (sites - 1);
  // On a twin a packet's whole way, router by router, is walked in the time of whoever sends it.
  const note = `${own.toFixed(1)} % its own, the rest the kernel's, for ${wanted} pictures passed on; a peer, eduMEET, plans 0.5 % a participant`;
  return [
    { name: `pictures in 1280×720, ${sites} sites`, measured: `${hd}`, bound: `${wanted}`, kept: hd === wanted },
    {
      name: `packets lost in ${SECONDS} s`, measured: `${loss.toFixed(2)} %`, bound: "< 1 %", kept: loss < 1,
      note: `worst picture: ${worst?.lossPercent.toFixed(2) ?? "?"} %, jitter ${worst?.jitterMilliseconds.toFixed(0) ?? "?"} ms; the machine was ${busy.toFixed(0)} % busy, with all clients and routers on it`,
    },
    { name: "Janus, of a core", measured: `${percent.toFixed(1)} %`, bound: `< ${MOST_PERCENT} %`, kept: percent < MOST_PERCENT, note },
  ];
}

/** Seconds. */
interface ProcessorTime {
  readonly user: number;
  readonly system: number;
}

/** Of a process, its children left out (proc(5), fields 14 and 15). */
function processorTime(stat: string): ProcessorTime {
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return { user: Number(fields[11]) / TICKS_PER_SECOND, system: Number(fields[12]) / TICKS_PER_SECOND };
}

/** Time that all processors together had nothing to do since the machine started (proc(5), /proc/stat), seconds. */
async function idleSeconds(): Promise<number> {
  const [total = ""] = (await readFile("/proc/stat", "utf8")).split("\n");
  return Number(total.split(/\s+/)[4]) / TICKS_PER_SECOND;
}
