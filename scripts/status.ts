/** `./egov status`: what stands, what the stacks did last, what the monitoring knows, and with `--live` what works. */
import { Command } from "commander";
import { readStack } from "../infra/engine/index.ts";
import { twinName, twinStatus, type TwinStatus } from "../infra/twin/index.ts";
import { openAccess } from "../monitoring/access.ts";
import { prove, type ProofReport } from "../monitoring/proof.ts";
import { readScreen, type Screen, type Silence } from "../monitoring/screen.ts";
import { FINDINGS } from "../inventory/exitCodes.ts";
import { printJson, table, withCommonOptions, type CommonOptions } from "./lib/program.ts";
import { proofLines, proofSummary } from "./lib/proofText.ts";
import { select, type Selection } from "./lib/province.ts";
import { isScreenAmiss, screenLines } from "./lib/screenText.ts";
import { serviceKeys } from "./lib/services.ts";
import { LAYERS } from "../stacks/layers.ts";
import { engineOptions, stackName } from "./lib/stacks.ts";

interface StackStatus {
  readonly stack: string;
  readonly resources: number;
  /** ISO 8601; absent when the stack has never been up. */
  readonly updatedAt: string | undefined;
}

interface StatusReport {
  readonly province: string;
  readonly environment: string;
  readonly twin?: TwinStatus;
  readonly stacks: readonly StackStatus[];
  /** Absent where no monitoring was brought up, or nothing stands. */
  readonly monitoring?: Screen | Silence;
  readonly live?: ProofReport;
}

export function statusCommand(): Command {
  return withCommonOptions(new Command("status"))
    .description("what stands and when it was last changed; exit code 2 when something is amiss")
    .option("--live", "measure, too: reachability, adjacencies, names, services")
    .action(async (options: CommonOptions & { live?: boolean }) => {
      const selection = select(options);
      const report = await look(selection, options.live === true);
      if (options.json === true) printJson(report);
      else print(report);
      if (isAmiss(report)) process.exitCode = FINDINGS;
    });
}

async function look(selection: Selection, live: boolean): Promise<StatusReport> {
  const { province, environment } = selection;
  const twin = environment.kind === "twin" ? await twinStatus(twinName(province, environment)) : undefined;
  const stacks = await Promise.all(LAYERS.map(async (layer): Promise<StackStatus> => {
    const stack = await readStack(engineOptions(layer, selection));
    return { stack: stackName(layer, selection), resources: stack?.resources.length ?? 0, updatedAt: stack?.updatedAt };
  }));
  const stands = twin?.state !== "down";
  const watched = stands && stacks.some(({ stack, resources }) => stack === stackName("monitoring", selection) && resources > 0);
  return {
    province: province.slug, environment: environment.name, ...(twin === undefined ? {} : { twin }), stacks,
    ...(watched ? { monitoring: await askMonitoring(selection) } : {}),
    ...(live ? { live: await measure(selection) } : {}),
  };
}

async function askMonitoring({ province, environment }: Selection): Promise<Screen | Silence> {
  await using access = await openAccess(province, environment);
  return await readScreen(province, access);
}

async function measure(selection: Selection): Promise<ProofReport> {
  const { province, environment } = selection;
  await using access = await openAccess(province, environment);
  return await prove(province, environment, access, { patienceSeconds: 0, services: await serviceKeys(selection) });
}

/** Something that was brought up does not stand or does not work; what nobody brought up is not amiss. */
function isAmiss({ twin, monitoring, live }: StatusReport): boolean {
  return twin?.state === "partial" || Object.keys(twin?.cuts ?? {}).length > 0 || (monitoring !== undefined && isScreenAmiss(monitoring)) || live?.ok === false;
}

function print({ province, environment, twin, stacks, monitoring, live }: StatusReport): void {
  console.log(`${province}, environment ${environment}`);
  if (twin !== undefined) {
    const dead = twin.hosts.filter((host) => !host.running).map((host) => host.name);
    console.log(`twin: ${twin.state}, ${twin.hosts.length - dead.length}/${twin.hosts.length} hosts${dead.length > 0 ? `, dead: ${dead.join(", ")}` : ""}`);
    for (const [link, kind] of Object.entries(twin.cuts)) console.log(`link ${link}: cut (${kind})`);
  }
  console.log(table(["STACK", "RESOURCES", "LAST UP"], stacks.map((s) => [s.stack, String(s.resources), s.updatedAt ?? "never"])));
  if (monitoring !== undefined) for (const line of screenLines(monitoring)) console.log(line);
  if (live === undefined) return;
  console.log(`live: ${proofSummary(live)}`);
  for (const line of proofLines(live)) console.log(line);
}
