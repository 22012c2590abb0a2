/** What the tests of the inventory share. */
import { copyFileSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { FILES } from "./files.ts";

/** The folder of the small province. Stacks may keep their state beside its files. */
export const SMALL = fileURLToPath(new URL("small/", import.meta.url));

/** A new temporary folder with the small province's files. The caller removes it. */
export function copyOfSmall(): string {
  const directory = mkdtempSync(path.join(tmpdir(), "egov-inventory-"));
  for (const file of FILES) copyFileSync(path.join(SMALL, `${file}.yaml`), path.join(directory, `${file}.yaml`));
  return directory;
}
