/** Another state of the inventory to compare with: a folder, or a revision of the repository that the inventory stands in. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Failure } from "../../inventory/failure.ts";
import { InventoryErrors, loadProvince } from "../../inventory/index.ts";
import type { Province } from "../../inventory/model.ts";

/**
 * The province as it stands in the folder `against`, or as `directory` stood at the revision `against` of its repository. Files are
 * taken out of the repository one by one into a temporary folder: neither the working tree nor the index is touched.
 * @throws Failure when there is neither such a folder nor such a revision, or the inventory there has errors.
 */
export function provinceAgainst(directory: string, against: string): Province {
  if (existsSync(against) && statSync(against).isDirectory()) return load(against, against);
  const git = (...argv: string[]): Buffer => execFileSync("git", ["-C", directory, ...argv], { stdio: ["ignore", "pipe", "pipe"], maxBuffer: 1 << 26 });
  let commit: string;
  try {
    commit = git("rev-parse", "--verify", "--quiet", "--end-of-options", `${against}^{commit}`).toString("utf8").trim();
  } catch (cause) {
    throw new Failure(`'${against}' is neither a folder nor a revision of the repository of ${directory}`, { advice: "Name a province's folder, or a revision such as HEAD~1 or main.", cause });
  }
  const temporary = mkdtempSync(path.join(tmpdir(), "egov-against-"));
  try {
    // Named like the original, so that messages about it can be read.
    const folder = path.join(temporary, path.basename(directory));
    mkdirSync(folder);
    const names = git("ls-tree", "--name-only", "-z", commit, "./").toString("utf8").split("\0").filter((name) => /\.ya?ml$/.test(name));
    if (names.length === 0) throw new Failure(`${directory} holds no inventory at ${against}`, { advice: "Name a revision at which it was there." });
    for (const name of names) writeFileSync(path.join(folder, path.basename(name)), git("show", `${commit}:./${name}`));
    return load(folder, `${directory} at ${against}`);
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

function load(directory: string, name: string): Province {
  try {
    return loadProvince(directory).province;
  } catch (error) {
    if (!(error instanceof InventoryErrors)) throw error;
    const [first] = error.problems;
    throw new Failure(`${name} has ${error.problems.length} error(s), the first: ${path.basename(first!.file)}:${first!.line}: ${first!.message}; ${first!.remedy}`, {
      advice: "Compare with a state that passes ./egov inventory check.", cause: error,
    });
  }
}
