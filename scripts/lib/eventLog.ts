/** What `--json` prints of a command that has the engine work: one JSON object a line, as things happen. */
import type { EngineEvent } from "../../infra/engine/index.ts";

/**
 * Prints an event of a stack. The summary that ends each update is left to the command's report, and what plugins say in
 * passing to whoever debugs them.
 */
export function printEvent(stack: string, event: EngineEvent): void {
  if (event.kind === "summary" || (event.kind === "diagnostic" && event.severity === "debug")) return;
  console.log(JSON.stringify({ stack, ...event }));
}

/** Prints the last line: `{"kind":"report", …}`. */
export function printReport(report: object): void {
  console.log(JSON.stringify({ kind: "report", ...report }, (_key, value: unknown) => (value instanceof Map ? Object.fromEntries(value) : value)));
}
