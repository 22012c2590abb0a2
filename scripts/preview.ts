/** `./egov preview`: what `up` would change, file by file and line by line. Touches nothing. */
import { Command } from "commander";
import type { PropertyChange, StepEvent } from "../infra/engine/index.ts";
import { drainOnSignal, FINDINGS, printJson, withCommonOptions, type CommonOptions } from "./lib/program.ts";
import { select } from "./lib/province.ts";
import { previewAll } from "./lib/previewAll.ts";
import { type StackRun, summary } from "./lib/stackRun.ts";

export function previewCommand(): Command {
  return withCommonOptions(new Command("preview"))
    .description("show what up would change, line by line; touches nothing")
    .option("--expect-no-changes", "exit with code 2 when anything would change")
    .option("--refresh", "look at the hosts first: show what differs from life, not from the last up")
    .action(async (options: CommonOptions & { expectNoChanges?: boolean; refresh?: boolean }) => {
      const selection = select(options);
      const signal = drainOnSignal();
      const runs: StackRun[] = [];
      const unseen = await previewAll(selection, { signal, refresh: options.refresh === true }, (run) => {
        runs.push(run);
        if (options.json === true) return;
        for (const change of run.changes) printChange(change);
        console.log(`${run.stack}: ${summary(run, "preview")}`);
      });
      if (options.json === true) printJson({ runs, unseen });
      else for (const stack of unseen) console.log(`${stack}: to be previewed when the stacks before it are up`);
      if (options.expectNoChanges === true && runs.some((run) => run.changes.length > 0)) process.exitCode = FINDINGS;
    });
}

function printChange(event: StepEvent): void {
  const sign = { create: "+", update: "~", replace: "±", delete: "-", same: " ", read: " ", import: "=" }[event.op];
  console.log(`${sign} ${event.name}`);
  if (event.op === "create" || event.op === "delete") return;
  for (const change of event.diff) printProperty(change);
}

function printProperty(change: PropertyChange): void {
  const sign = { add: "+", delete: "-", update: "~" }[change.kind];
  if (change.hunks === undefined) {
    const value = change.kind === "delete" ? change.old : change.new;
    console.log(`    ${sign} ${change.path}${change.kind === "update" ? `: ${inline(change.old)} → ${inline(value)}` : ""}`);
    return;
  }
  console.log(`    ${sign} ${change.path}`);
  for (const hunk of change.hunks) {
    console.log(`      @@ -${hunk.oldStart},${hunk.oldLines} +${hunk.newStart},${hunk.newLines} @@`);
    for (const line of hunk.lines) console.log(`      ${line}`);
  }
}

function inline(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length <= 80 ? text : `${text.slice(0, 77)}…`;
}
