import { execFile } from "node:child_process";
import { access, constants } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { pulumiVersion } from "../checkpoint.ts";
import { satisfies } from "../versionRange.ts";

/**
 * The versions that are driven: of the major version whose state we share, and no older than the SDK that the programs run
 * with, which may ask an older engine for what it does not know.
 */
export const supportedVersions = `>=${pulumiVersion} <4.0.0`;

const answerMilliseconds = 20_000;

/** A Pulumi CLI on this machine. */
export interface Cli {
  /** The executable. */
  readonly path: string;
  /** `3.274.1`; what it says of itself where that is not a version. */
  readonly version: string;
  readonly supported: boolean;
}

/** The first `pulumi` on a PATH, which is this process's by default; undefined when there is none that runs. */
export async function findCli(searchPath: string = process.env["PATH"] ?? ""): Promise<Cli | undefined> {
  for (const folder of searchPath.split(delimiter).filter((name) => name !== "")) {
    const path = join(folder, "pulumi");
    if (!await access(path, constants.X_OK).then(() => true, () => false)) continue;
    try {
      const environment = { ...process.env, PULUMI_SKIP_UPDATE_CHECK: "true" };
      const { stdout } = await promisify(execFile)(path, ["version"], { env: environment, timeout: answerMilliseconds });
      return { path, ...readVersion(stdout) };
    } catch {
      return undefined;
    }
  }
  return undefined;
}

/** Reads what `pulumi version` prints: `v3.274.1`, or `v3.275.0-dev.1+g1b59498` where it was built from its sources. */
export function readVersion(output: string): Pick<Cli, "version" | "supported"> {
  const [, version] = /^v?(\d+\.\d+\.\d+)\b/m.exec(output.trim()) ?? [];
  if (version === undefined) return { version: output.trim(), supported: false };
  return { version, supported: satisfies(version, supportedVersions) };
}
