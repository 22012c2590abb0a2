import { Failure } from "../../inventory/failure.ts";

/**
 * True when a version (`3.270.0`) lies in a range of Pulumi's syntax: comparisons (`>=3.5.0`, `!3.7.7`) joined by
 * blanks (and) and `||` (or). Throws a Failure for anything else.
 */
export function satisfies(version: string, range: string): boolean {
  return range.split("||").some((part) => {
    const comparisons = part.trim().replaceAll(/([<>=!]+)\s+/g, "$1").split(/\s+/);
    return comparisons.every((comparison) => compare(version, comparison, range));
  });
}

function compare(version: string, comparison: string, range: string): boolean {
  const match = /^(>=|<=|>|<|==|=|!=|!)?v?(\d+)\.(\d+)\.(\d+)$/.exec(comparison);
  if (match === null) throw new Failure(`"${range}" is not a range of versions such as ">=3.5.0 <4.0.0"`);
  const [, operator = "=", ...wanted] = match;
  const numbers = version.split(".").map(Number);
  const difference = wanted.map((text, index) => numbers[index]! - Number(text)).find((part) => part !== 0) ?? 0;
  switch (operator) {
    case ">=":
      return difference >= 0;
    case "<=":
      return difference <= 0;
    case ">":
      return difference > 0;
    case "<":
      return difference < 0;
    case "!=":
    case "!":
      return difference !== 0;
    default:
      return difference === 0;
  }
}
