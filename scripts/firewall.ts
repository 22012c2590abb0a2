/** `./egov firewall trace SRC DST PORT`: what the policy says of a flow and by which line, and with `--live` what a real packet meets. */
import { Command } from "commander";
import { decidersOf, findNode } from "../infra/security/nodes.ts";
import { Failure } from "../inventory/failure.ts";
import { openPosts, type Posts } from "../monitoring/posts.ts";
import { COUNTERS_COMMAND, parseCounters } from "../monitoring/probes/firewall.ts";
import { describeTrace, describeSurvey } from "./lib/firewallText.ts";
import { allTraces, live, predict, traceOf, type LiveTrace, type Trace } from "./lib/firewallTrace.ts";
import { FINDINGS } from "../inventory/exitCodes.ts";
import { printJson, withCommonOptions, type CommonOptions } from "./lib/program.ts";
import { select, type Selection } from "./lib/province.ts";

interface TraceOptions extends CommonOptions {
  readonly live?: boolean;
  readonly all?: boolean;
}

export function firewallCommand(): Command {
  const command = new Command("firewall").description("what may pass between the zones of security.yaml");
  withCommonOptions(command.command("trace"))
    .description("the verdict on a flow, with the line that decides and the hosts that do; exit code 2 when a real packet fares otherwise")
    .argument("[source]", "a host, an office, a commune, outside, or an address")
    .argument("[destination]", "the same")
    .argument("[port]", "tcp/993, udp/53 or icmp")
    .option("--live", "send a real packet, too, and tell what became of it")
    .option("--all", "every pair of zones and every service instead of one flow")
    .action(async (source: string | undefined, destination: string | undefined, port: string | undefined, options: TraceOptions) => {
      const selection = select(options);
      if (options.all === true) {
        if (source !== undefined) throw new Failure("--all asks for every flow: name none", { advice: "For example: ./egov firewall trace --all --live" });
        await traceAll(selection, options);
      } else {
        if (source === undefined || destination === undefined || port === undefined) {
          throw new Failure("a flow has a source, a destination and a port", { advice: "For example: ./egov firewall trace vinh mbox1 tcp/993" });
        }
        await traceOne(selection, traceOf(findNode(selection.province, source), findNode(selection.province, destination), port), options);
      }
    });
  return command;
}

async function traceOne(selection: Selection, trace: Trace, options: TraceOptions): Promise<void> {
  const prediction = predict(selection.province, trace, new Date());
  const deciders = decidersOf(selection.province, trace.from, trace.to);
  let found: readonly LiveTrace[] = [];
  let drops: readonly string[] = [];
  if (options.live === true) {
    await using posts = await openPosts(selection.province, selection.environment);
    const hosts = [...new Set(deciders.map(({ host }) => host))];
    const before = await dropsAt(selection, posts, hosts);
    found = await live(selection.province, posts, [trace]);
    const after = await dropsAt(selection, posts, hosts);
    drops = hosts.flatMap((host) => [...(after.get(host) ?? [])].flatMap(([reason, packets]) => {
      const more = packets - (before.get(host)?.get(reason) ?? 0);
      return more > 0 ? [`${host}: ${more} dropped by ${reason}`] : [];
    }));
  }
  if (options.json === true) printJson({ ...describeJson(prediction, deciders), ...(options.live === true && { live: found.map(({ family, outcome, action }) => ({ family, outcome, action })), drops }) });
  else for (const line of describeTrace(prediction, deciders, found, drops)) console.log(line);
  if (found.some((one) => one.action !== undefined && one.action !== prediction.action)) process.exitCode = FINDINGS;
}

function describeJson(prediction: ReturnType<typeof predict>, deciders: ReturnType<typeof decidersOf>): object {
  const { trace, action, source, service, purpose } = prediction;
  const place = ({ zone, role }: Trace["from"]["place"]): object => ({ zone, ...(role !== undefined && { role }) });
  return {
    from: { name: trace.from.name, ...place(trace.from.place) }, to: { name: trace.to.name, ...place(trace.to.place) },
    protocol: trace.protocol, port: trace.port, action,
    ...(source !== undefined && { file: source.file, line: source.line, service, purpose }), deciders,
  };
}

async function dropsAt({ province }: Selection, { access }: Posts, hosts: readonly string[]): Promise<Map<string, ReadonlyMap<string, number>>> {
  return new Map(await Promise.all(hosts.map(async (name): Promise<[string, ReadonlyMap<string, number>]> =>
    [name, parseCounters((await access.onHost(province.hosts.get(name)!, COUNTERS_COMMAND)).stdout)])));
}

async function traceAll(selection: Selection, options: TraceOptions): Promise<void> {
  const { province, environment } = selection;
  if (options.live !== true) {
    const predictions = allTraces(province, () => true).map((trace) => predict(province, trace, new Date()));
    if (options.json === true) printJson(predictions.map((one) => describeJson(one, decidersOf(province, one.trace.from, one.trace.to))));
    else for (const line of describeSurvey(province, predictions, undefined)) console.log(line);
    return;
  }
  await using posts = await openPosts(province, environment);
  const traces = allTraces(province, (node) => posts.at(node) !== undefined);
  const predictions = traces.map((trace) => predict(province, trace, new Date()));
  const found = await live(province, posts, traces);
  const misses = found.filter((one) => one.action !== predictions[one.index]!.action);
  if (options.json === true) {
    printJson({
      flows: found.length, asPredicted: found.length - misses.length,
      accepted: found.filter(({ action }) => action === "accept").length,
      misses: misses.map((one) => ({ ...describeJson(predictions[one.index]!, []), family: one.family, outcome: one.outcome, found: one.action ?? "unknown" })),
    });
  } else {
    for (const line of describeSurvey(province, predictions, found)) console.log(line);
  }
  if (misses.length > 0) process.exitCode = FINDINGS;
}
