/** Traffic classes: all of a link is shared out, each mark belongs to one class, and one class takes the rest. */
import type { Report } from "../problem.ts";
import type { Raw } from "../raw.ts";
import { sourceOf } from "../source.ts";

export function checkQos({ qos, whole }: Raw, report: Report): void {
  const first = qos[0];
  if (first === undefined || !whole.has("qos")) return;
  const total = qos.reduce((sum, { sharePercent }) => sum + sharePercent, 0);
  if (total !== 100) {
    report.add(
      sourceOf(first),
      `the classes' shares add up to ${total} percent`,
      `they must add up to 100: ${total < 100 ? `add ${100 - total}` : `take away ${total - 100}`}`,
    );
  }
  const rest = qos.filter(({ dscp }) => dscp.length === 0);
  if (rest.length === 0)
    report.add(sourceOf(first), "no class takes the traffic without a known mark", "leave dscp empty in one class");
  for (const extra of rest.slice(1))
    report.add(
      sourceOf(extra, "dscp"),
      `"${extra.name}" takes the rest, and so does "${rest[0]!.name}"`,
      "leave dscp empty in one class only",
    );
  const owners = new Map<string, string>();
  for (const { name, dscp } of qos) {
    dscp.forEach((mark, i) => {
      const owner = owners.get(mark) ?? name;
      owners.set(mark, owner);
      if (owner !== name) report.add(sourceOf(dscp, String(i)), `${mark} belongs to "${owner}" already`, "keep it in one class");
    });
  }
}
