/** `./egov twin …`: the hosts of a twin without its stacks: start, stop, look, cut a link, step inside. */
import { Command } from "commander";
import { cutLink, execIn, fidelity, restoreLink, twinDown, twinName, twinStatus, twinUp } from "../infra/twin/index.ts";
import { bootedHosts } from "../inventory/index.ts";
import { imagePackages } from "./lib/packages.ts";
import { drainOnSignal, environmentOption, inventoryOption, printJson, table, withCommonOptions, type CommonOptions } from "./lib/program.ts";
import { runSteps } from "./lib/progress.ts";
import { select } from "./lib/province.ts";
import { ensureRequirements } from "./lib/requirements.ts";
import { communesOption, twinOutcome, twinProgress, type CommunesOption } from "./lib/twinText.ts";

function nameOf(options: CommonOptions): string {
  const { province, environment } = select(options);
  return twinName(province, environment);
}

export function twinCommand(): Command {
  const command = new Command("twin").description("the province's hosts on this machine: start, stop, look, cut, step inside");

  withCommonOptions(command.command("up"))
    .description("boot the hosts and wire them; provisions nothing (that is ./egov up)")
    .addOption(communesOption())
    .action(async (options: CommonOptions & CommunesOption) => {
      const { province, environment } = select(options);
      await ensureRequirements();
      const signal = drainOnSignal();
      const progress = twinProgress(bootedHosts(province, environment).length);
      await runSteps([{
        title: `twin ${environment.name}`,
        run: async ({ progress: report }) => {
          const twin = await twinUp(province, environment.name, {
            packages: imagePackages(province), communes: options.communes, signal, onEvent: (event) => report(progress(event)),
          });
          if (options.json === true) printJson(twin);
          return twinOutcome(twin);
        },
      }], { silent: options.json === true });
    });

  withCommonOptions(command.command("down"))
    .description("stop the hosts and take every trace of them away; what the stacks know of them stays (./egov down forgets it)")
    .option("--name <twin>", "take down the twin of this name, without reading an inventory (names: ls /run/egov)")
    .action(async (options: CommonOptions & { name?: string }) => {
      const twin = options.name ?? nameOf(options);
      const stood = await twinDown(twin);
      if (options.json === true) printJson({ twin, state: "down", stood });
      else console.log(`twin ${twin}: ${stood ? "gone" : "did not stand"}`);
    });

  withCommonOptions(command.command("status"))
    .description("what stands of the twin, and what of a real province it enforces, emulates or leaves out")
    .option("--fidelity", "show the fidelity table, measured on this kernel")
    .action(async (options: CommonOptions & { fidelity?: boolean }) => {
      const { province, environment } = select(options);
      if (options.fidelity === true) {
        const rows = await fidelity();
        if (options.json === true) printJson(rows);
        else console.log(table(["ASPECT", "HERE", "WHY"], rows.map((row) => [row.aspect, row.state, row.why])));
        return;
      }
      const status = await twinStatus(twinName(province, environment));
      if (options.json === true) {
        printJson(status);
        return;
      }
      const running = status.hosts.filter((host) => host.running).length;
      console.log(`twin ${environment.name}: ${status.state}, ${running}/${status.hosts.length} hosts, ${status.endpoints.length} endpoints, ${status.links} links`);
      for (const host of status.hosts.filter((h) => !h.running)) console.log(`${host.name} is dead: ./egov up boots it again`);
      for (const [link, kind] of Object.entries(status.cuts)) console.log(`${link} is cut (${kind}): ./egov twin restore ${link}`);
    });

  command
    .command("cut")
    .description("cut a link, silently as inside a carrier's network: both ends keep their carrier")
    .argument("<link>", "name of the link in links.yaml")
    .option("--carrier", "let both ends see the carrier go")
    .addOption(inventoryOption())
    .addOption(environmentOption())
    .action(async (link: string, options: CommonOptions & { carrier?: boolean }) => {
      const { province, environment } = select(options);
      await cutLink(twinName(province, environment), link, { carrier: options.carrier === true });
      console.log(`${link} is cut; undo with ./egov twin restore ${link}`);
    });

  command
    .command("restore")
    .description("make a cut link whole again")
    .argument("<link>", "name of the link in links.yaml")
    .addOption(inventoryOption())
    .addOption(environmentOption())
    .action(async (link: string, options: CommonOptions) => {
      const { province, environment } = select(options);
      await restoreLink(twinName(province, environment), link);
      console.log(`${link} is whole`);
    });

  command
    .command("exec")
    .description("run a command inside a host without SSH: for a host whose network is broken")
    .argument("<host>", "name of the host in hosts.yaml")
    .argument("<command...>", "after --: what to run")
    .addOption(inventoryOption())
    .addOption(environmentOption())
    .action(async (host: string, argv: string[], options: CommonOptions) => {
      const { province, environment } = select(options);
      process.exitCode = (await execIn(twinName(province, environment), host, argv, { stdio: "inherit" })).code;
    });
  return command;
}
