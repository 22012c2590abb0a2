/** `./egov config`: the settings of a stack, `Pulumi.<stack>.yaml`; secrets encrypted with the stack's passphrase. */
import { Command, Option } from "commander";
import { type ConfigValue, readSettings, removeConfig, setConfig, setSecret } from "../infra/engine/index.ts";
import { Failure } from "../inventory/failure.ts";
import { readPassword } from "./lib/password.ts";
import { printJson, table, withCommonOptions, type CommonOptions } from "./lib/program.ts";
import { select } from "./lib/province.ts";
import { engineOptions, layerOf } from "./lib/stacks.ts";

interface ConfigOptions extends CommonOptions {
  readonly stack: string;
}

const SECRET = "[secret]";

export function configCommand(): Command {
  const command = new Command("config").description("a stack's settings, Pulumi.<stack>.yaml");

  withStack(command.command("set"))
    .description("set a value; without VALUE it is asked for, or read from standard input: so a secret is never on a command line")
    .argument("<key>", "`key` for one of egov's own, `package:key` for a provider's")
    .argument("[value]")
    .option("--secret", "encrypt it")
    .action(async (key: string, value: string | undefined, options: ConfigOptions & { secret?: boolean }) => {
      if (options.secret === true && value !== undefined) {
        throw new Failure("a secret on a command line is seen by everybody on this machine", { advice: "Leave VALUE out: it is asked for, or read from standard input." });
      }
      const given = value ?? await readPassword(`Value of ${key}`);
      await (options.secret === true ? setSecret : setConfig)(settings(options), key, given);
      if (options.json === true) printJson({ key, secret: options.secret === true });
    });

  withStack(command.command("get"))
    .description("print a value; a secret in plain")
    .argument("<key>")
    .action(async (key: string, options: ConfigOptions) => {
      const found = (await readSettings(settings(options))).get(fullKey(key));
      if (found === undefined) throw missing(key, options);
      if (options.json === true) printJson({ key: fullKey(key), ...found });
      else console.log(found.value);
    });

  withStack(command.command("rm"))
    .description("remove a value")
    .argument("<key>")
    .action(async (key: string, options: ConfigOptions) => {
      if (!(await removeConfig(settings(options), key))) throw missing(key, options);
      if (options.json === true) printJson({ key: fullKey(key), removed: true });
    });

  withStack(command.command("ls"))
    .description("all values; secrets as [secret]")
    .option("--show-secrets", "secrets in plain")
    .action(async (options: ConfigOptions & { showSecrets?: boolean }) => {
      const shown = ({ value, secret }: ConfigValue): string => (secret && options.showSecrets !== true ? SECRET : value);
      const values = [...await readSettings(settings(options))].map(([key, value]) => ({ key, value: shown(value), secret: value.secret }));
      if (options.json === true) printJson(values);
      else console.log(table(["KEY", "VALUE"], values.map(({ key, value }) => [key, value])));
    });
  return command;
}

function withStack(command: Command): Command {
  return withCommonOptions(command).addOption(new Option("-s, --stack <stack>", "the stack: network, or network.twin").makeOptionMandatory());
}

function settings(options: ConfigOptions): ReturnType<typeof engineOptions> {
  const selection = select(options);
  return engineOptions(layerOf(options.stack, selection), selection);
}

function fullKey(key: string): string {
  return key.includes(":") ? key : `egov:${key}`;
}

function missing(key: string, options: ConfigOptions): Failure {
  return new Failure(`${options.stack} has no value '${fullKey(key)}'`, { advice: `./egov config ls --stack ${options.stack} shows what it has.` });
}
