/** A twin's doings in words. */
import { Option } from "commander";
import type { CommuneChoice, TwinEvent, TwinReport } from "../../infra/twin/index.ts";
import { Failure } from "../../inventory/failure.ts";

export interface CommunesOption {
  readonly communes: CommuneChoice;
}

export const communesOption = (): Option =>
  new Option("--communes <which>", "communes that take part in a twin").choices(["none", "pilot", "all"]).default("pilot");

/** Tells progress from events: `31 of 61 hosts answer`. Call the result with each event. */
export function twinProgress(total: number): (event: TwinEvent) => string {
  let ready = 0;
  return (event) => {
    switch (event.kind) {
      case "image-waiting": return `another process (${event.heldBy}) is building the image`;
      case "image-building": return `building the image of ${event.packages} packages, once`;
      case "image-ready": return "the image is there";
      case "swept": return "took away what a run before had left";
      case "wired": return `${event.nodes} nodes wired by ${event.cables} cables`;
      case "host-booting": return `${ready} of ${total} hosts answer, ${event.host} boots`;
      case "host-ready": return `${++ready} of ${total} hosts answer`;
      case "host-failed": return `${event.host} does not come up`;
    }
  };
}

/** `61 hosts up, 61 of them booted now`. @throws Failure naming the hosts that did not come up. */
export function twinOutcome(report: TwinReport): string {
  if (report.failed.length > 0) {
    throw new Failure(report.failed.map(({ host, reason }) => `${host}: ${reason}`).join("\n"), {
      advice: "The other hosts are up; the same command tries these again.",
    });
  }
  const stale = report.onOtherImage.length > 0
    ? `; ${report.onOtherImage.length} run on an older image, which down and up changes`
    : "";
  return `${report.running.length + report.booted.length} hosts up, ${report.booted.length} of them booted now${stale}`;
}
