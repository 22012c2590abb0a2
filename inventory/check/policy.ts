/** The lines of the policy matrix against each other: none says the opposite of one before it, and none says nothing new. */
import type { FirewallService, PolicyRule, Security } from "../model.ts";
import { parsePorts, type PortRange } from "../ports.ts";
import type { Report } from "../problem.ts";
import { sourceOf } from "../source.ts";

/** The smallest thing that a line speaks of: one way between two zones, for ports of one service. */
interface Statement {
  readonly rule: PolicyRule;
  readonly from: string;
  readonly to: string;
  readonly service: FirewallService;
  readonly ports: PortRange;
}

export function checkPolicy(security: Security, report: Report): void {
  // The order in which the filters ask them.
  const rules = [...security.policy.filter(isException), ...security.policy.filter((rule) => !isException(rule))];
  const earlier: Statement[] = [];
  for (const rule of rules) {
    const own = statements(security, rule);
    const coverers = own.map((statement) => earlier.find((one) => covers(one, statement)));
    // An exception may say the opposite of the matrix: that is what it is for.
    const opposite = own.findIndex((_, i) => coverers[i] !== undefined && coverers[i]!.rule.action !== rule.action && isException(coverers[i]!.rule) === isException(rule));
    const first = coverers[0];
    if (opposite !== -1) {
      const { from, to, service } = own[opposite]!;
      report.add(sourceOf(rule), `the line contradicts line ${lineOf(coverers[opposite]!)}: that one ${PAST[coverers[opposite]!.rule.action]} ${service.name} from ${from} to ${to} already`, "keep one of the two");
    } else if (first !== undefined && coverers.every((one) => one !== undefined && isException(one.rule) === isException(rule))) {
      report.add(sourceOf(rule), `the line never decides: line ${lineOf(first)} ${new Set(coverers).size > 1 ? "and others say" : "says"} all of it before`, "remove it");
    }
    earlier.push(...own);
  }
  for (const rule of rules.filter(isException)) checkDeviation(security, rule, earlier, report);
}

const PAST = { accept: "accepts", drop: "drops" } as const;

/** An exception that says what the matrix says without it. */
function checkDeviation(security: Security, rule: PolicyRule, all: readonly Statement[], report: Report): void {
  const own = statements(security, rule);
  const same = own.map((statement) => all.find((one) => !isException(one.rule) && covers(one, statement)));
  if (own.length === 0 || same.some((one) => one?.rule.action !== rule.action)) return;
  report.add(sourceOf(rule), `the exception changes nothing: line ${lineOf(same[0]!)} ${PAST[rule.action]} it anyway`, "remove it");
}

/** Of those names only that stand for something: the others have their own messages. */
function statements(security: Security, rule: PolicyRule): Statement[] {
  const services = rule.services.flatMap((name) => security.services.find((service) => service.name === name) ?? []);
  return rule.from.flatMap((from) => rule.to.flatMap((to) => services.flatMap((service) =>
    service.ports.flatMap((text) => {
      const ports = parsePorts(text);
      return ports === undefined ? [] : [{ rule, from, to, service, ports }];
    }))));
}

/** Whether all that `b` speaks of is in `a`. */
function covers(a: Statement, b: Statement): boolean {
  return a.from === b.from && a.to === b.to
    && (a.service.neighbours === true) === (b.service.neighbours === true)
    && a.ports.protocol === b.ports.protocol && a.ports.first <= b.ports.first && b.ports.last <= a.ports.last
    && includes(a.service.clients, b.service.clients) && includes(a.service.servers, b.service.servers);
}

function includes(a: readonly string[] | undefined, b: readonly string[] | undefined): boolean {
  return a === undefined || b?.every((role) => a.includes(role)) === true;
}

function isException(rule: PolicyRule): boolean {
  return rule.exception === true;
}

function lineOf({ rule }: Statement): number {
  return sourceOf(rule).line;
}
