/** Timers that work together, and autonomous systems that differ. */
import type { Report } from "../problem.ts";
import type { Raw } from "../raw.ts";
import { sourceOf } from "../source.ts";

export function checkRouting({ routing }: Raw, report: Report): void {
  if (routing === undefined) return;
  const { ospf, bgp, vrrp } = routing;
  if (ospf.deadSeconds <= ospf.helloSeconds) {
    report.add(
      sourceOf(ospf, "deadSeconds"),
      `deadSeconds is ${ospf.deadSeconds} and helloSeconds ${ospf.helloSeconds}, so that neighbours would be dead between two hellos`,
      `set deadSeconds to ${4 * ospf.helloSeconds}, four hellos`,
    );
  }
  const [initial, hold, maximum] = ospf.spfDelayMilliseconds;
  if (initial > maximum || hold > maximum) {
    report.add(
      sourceOf(ospf, "spfDelayMilliseconds"),
      `the longest hold time ${maximum} is shorter than one before it`,
      "write first delay, hold time and longest hold time in rising order",
    );
  }
  if (bgp.provinceAsn === bgp.stateAsn) {
    report.add(
      sourceOf(bgp, "provinceAsn"),
      `provinceAsn and stateAsn are both ${bgp.stateAsn}`,
      "give the province a number of its own, such as one of 64512 to 65534 (RFC 6996)",
    );
  }
  if (vrrp.advertiseMilliseconds % 10 !== 0) {
    report.add(
      sourceOf(vrrp, "advertiseMilliseconds"),
      `advertiseMilliseconds is ${vrrp.advertiseMilliseconds}`,
      "it must be a multiple of 10 (RFC 9568, section 5.2.7)",
    );
  }
}
