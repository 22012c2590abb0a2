/** `./egov ssh HOST [-- CMD]`: a shell, or one command, on a host of the province, by OpenSSH with the host's key verified. */
import { spawn } from "node:child_process";
import { Command } from "commander";
import { connectionOf } from "../infra/reach.ts";
import { Failure } from "../inventory/failure.ts";
import { environmentOption, inventoryOption, type CommonOptions } from "./lib/program.ts";
import { select } from "./lib/province.ts";

/** Long enough for a busy host; without it a host that is gone keeps one waiting for minutes. */
const CONNECT_SECONDS = 15;

export function sshCommand(): Command {
  return new Command("ssh")
    .description("log in to a host, or run one command there; exits with the command's exit code")
    .argument("<host>", "name of the host in hosts.yaml")
    .argument("[command...]", "after --: what to run")
    .addOption(inventoryOption())
    .addOption(environmentOption())
    .action(async (name: string, argv: string[], options: CommonOptions) => {
      const { province, environment } = select(options);
      const host = province.hosts.get(name);
      if (host === undefined) throw new Failure(`there is no host '${name}' in the inventory`, { advice: "See ./egov status for the names." });
      const connection = connectionOf(province, environment, host);
      const child = spawn("ssh", [
        "-o", `UserKnownHostsFile=${connection.knownHostsFile}`, "-o", "StrictHostKeyChecking=yes", "-o", "LogLevel=ERROR",
        "-o", `ConnectTimeout=${CONNECT_SECONDS}`,
        "-o", "IdentitiesOnly=yes", "-i", connection.identityFile, "-p", String(connection.port),
        `${connection.user}@${connection.address}`, ...(argv.length > 0 ? ["--", ...argv] : []),
      ], { stdio: "inherit" });
      process.exitCode = await new Promise<number>((resolve, reject) => {
        child.on("error", (cause) => reject(new Failure("ssh could not be started: install openssh-client", { cause })));
        child.on("exit", (code, signal) => resolve(code ?? (signal === null ? 1 : 130)));
      });
    });
}
