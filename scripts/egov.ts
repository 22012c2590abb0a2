/** The entry of every command: `./egov COMMAND`. One file a command stands beside this one. */
import { Command } from "commander";
import { runProgram } from "./lib/program.ts";

/** In the order of the help. Each is loaded only when it is asked for: all together cost a second of processor time. */
const COMMANDS: Readonly<Record<string, () => Promise<() => Command>>> = {
  up: async () => (await import("./up.ts")).upCommand,
  preview: async () => (await import("./preview.ts")).previewCommand,
  drift: async () => (await import("./drift.ts")).driftCommand,
  refresh: async () => (await import("./refresh.ts")).refreshCommand,
  down: async () => (await import("./down.ts")).downCommand,
  stack: async () => (await import("./stack.ts")).stackCommand,
  state: async () => (await import("./state.ts")).stateCommand,
  config: async () => (await import("./config.ts")).configCommand,
  status: async () => (await import("./status.ts")).statusCommand,
  ssh: async () => (await import("./ssh.ts")).sshCommand,
  inventory: async () => (await import("./inventory.ts")).inventoryCommand,
  mail: async () => (await import("./mail.ts")).mailCommand,
  people: async () => (await import("./people.ts")).peopleCommand,
  conference: async () => (await import("./conference.ts")).conferenceCommand,
  firewall: async () => (await import("./firewall.ts")).firewallCommand,
  audit: async () => (await import("./audit.ts")).auditCommand,
  twin: async () => (await import("./twin.ts")).twinCommand,
  test: async () => (await import("./test.ts")).testCommand,
  bench: async () => (await import("./bench.ts")).benchCommand,
};

const program = new Command("egov")
  .description("A province's e-government infrastructure as code: describe it, rehearse it, build it, prove it.")
  .addHelpText("after", "\nExit codes: 0 done, 1 an error, 2 findings or differences; as Pulumi: 4 a resource failed, 6 no such stack, 7 changes where none were expected, 8 stopped on request.");

const [, , name = ""] = process.argv;
const wanted = Object.hasOwn(COMMANDS, name) ? [COMMANDS[name]!] : Object.values(COMMANDS);
for (const command of await Promise.all(wanted.map((load) => load()))) program.addCommand(command());

await runProgram(program);
