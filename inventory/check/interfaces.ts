/** Interface names: short enough for Linux, and once a host. */
import { interfaceName } from "../links.ts";
import { findBy } from "../lookup.ts";
import type { Report } from "../problem.ts";
import type { Raw, RawHost } from "../raw.ts";
import { sourceOf, type Source } from "../source.ts";

/** Linux's IFNAMSIZ less the final zero. */
const LONGEST = 15;

interface Named {
  readonly host: string;
  readonly name: string;
  readonly at: Source;
}

export function checkInterfaces(raw: Raw, report: Report): void {
  const taken = new Map(
    raw.hosts.map((host) => [host.name, new Map(reservedNames(raw, host).map((name) => [name, "of its own"]))]),
  );
  for (const { host, name, at } of [...linkInterfaces(raw), ...firewallLegs(raw)]) {
    if (name.length > LONGEST) {
      report.add(
        at,
        `the interface name "${name}" has ${name.length} characters`,
        `use at most ${LONGEST}, which is Linux's limit`,
      );
    }
    const names = taken.get(host);
    const earlier = names?.get(name);
    if (earlier === undefined) names?.set(name, `from ${at.file}:${at.line}`);
    else report.add(at, `host "${host}" has an interface "${name}" already (${earlier})`, "name one of them otherwise");
  }
  for (const link of raw.links) {
    for (const host of Object.keys(link.interfaces ?? {})) {
      if (link.ends.includes(host)) continue;
      report.add(
        sourceOf(link.interfaces!, host),
        `"${host}" is no end of the link "${link.name}"`,
        `name one of ${link.ends.join(", ")}`,
      );
    }
  }
}

/** Links of one number have the same default names; that is reported as a double number, so only the first counts here. */
function linkInterfaces(raw: Raw): Named[] {
  const numbers = new Set<number>();
  return raw.links.flatMap((link) => {
    const repeated = numbers.has(link.number);
    numbers.add(link.number);
    return [...new Set(link.ends)]
      .filter((host) => !repeated || link.interfaces?.[host] !== undefined)
      .map((host) => ({
        host,
        name: interfaceName(link, host),
        at: link.interfaces?.[host] === undefined ? sourceOf(link, "number") : sourceOf(link.interfaces, host),
      }));
  });
}

function firewallLegs(raw: Raw): Named[] {
  const firewalls = raw.hosts.filter(({ role }) => role === "firewall");
  return firewalls.flatMap((host) =>
    raw.segments.map((segment) => ({ host: host.name, name: segment.interface, at: sourceOf(segment, "interface") })),
  );
}

/** Names that the model (lan0, access0) and the environments (the loopback, out-of-band management) give. */
function reservedNames(raw: Raw, host: RawHost): string[] {
  const site = findBy(raw.sites, "slug", host.site);
  const office = host.role === "site-router" ? ["lan0", ...(site?.access === true ? ["access0"] : [])] : [];
  return ["lo", "mgmt0", ...office];
}
