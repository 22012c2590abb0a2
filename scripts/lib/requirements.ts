/** The Debian packages that this machine needs for a twin: installed when missing, and said so. */
import { $ } from "zx";
import { Failure } from "../../inventory/failure.ts";
import { twinRequirements } from "../../infra/twin/index.ts";

/**
 * Installs what is missing.
 * @throws Failure without root, or when the package mirror does not give the packages.
 */
export async function ensureRequirements(): Promise<void> {
  if (process.getuid?.() !== 0) {
    throw new Failure("not root: namespaces, mounts and systemd-nspawn need it", { advice: "Run the command with sudo." });
  }
  const missing = await twinRequirements();
  if (missing.length === 0) return;
  console.error(`installing the Debian packages ${missing.join(", ")}`);
  const apt = $({ nothrow: true, quiet: true, env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" } });
  await apt`apt-get update -qq`;
  const install = await apt`apt-get install -y -qq --no-install-recommends ${missing}`;
  if (install.exitCode !== 0) {
    const reason = install.stderr.split("\n").find((line) => line.startsWith("E:")) ?? "apt-get failed";
    throw new Failure(`the Debian packages ${missing.join(", ")} could not be installed: ${reason}`, {
      advice: "Check /etc/apt/sources.list and the network, then run the command again.",
    });
  }
}
