/** What the tests of the audit share: copies of the small province with a change, and what the audit says of them. */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { loadProvince } from "../../inventory/index.ts";
import type { Province } from "../../inventory/model.ts";
import { copyOfSmall } from "../../inventory/testing.ts";
import type { TopologyReport } from "./types.ts";

/** A change of one file: the text that is there once, and what takes its place. */
export interface Change {
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

/** Calls `use` with a changed copy of the small province's folder, and takes the copy away again. */
export async function withChanged<T>(changes: readonly Change[], use: (directory: string) => T | Promise<T>): Promise<T> {
  const directory = copyOfSmall();
  try {
    for (const { file, from, to } of changes) {
      const target = path.join(directory, file);
      const text = readFileSync(target, "utf8");
      if (text.split(from).length !== 2) throw new Error(`${file} does not hold ${JSON.stringify(from)} once`);
      writeFileSync(target, text.replace(from, () => to));
    }
    return await use(directory);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** The small province with changes. @throws InventoryErrors when the loader refuses it. */
export async function changedProvince(changes: readonly Change[]): Promise<Province> {
  return await withChanged(changes, (directory) => loadProvince(directory).province);
}

/** One line a verdict that is no pass: `check VERDICT subject: file:line: what is so; what to do`. */
export function findingLines({ checks }: TopologyReport): string[] {
  return checks.flatMap(({ id, subjects }) => subjects.flatMap(({ verdict, subject, place, finding, remedy, waiver }) => {
    if (verdict === "pass") return [];
    const ended = waiver?.expired === true ? ` (waiver ended ${waiver.until})` : "";
    return [`${id} ${verdict.toUpperCase()} ${subject}: ${place?.file}:${place?.line}: ${finding?.en}; ${remedy?.en}${ended}`];
  }));
}
