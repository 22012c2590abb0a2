/** `./egov people import|passwd`: who has a mailbox, and its password. */
import { randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { Command } from "commander";
import { encrypt } from "unixcrypt";
import { Failure } from "../inventory/failure.ts";
import { InventoryErrors, loadProvince } from "../inventory/index.ts";
import { addPeople, setPasswordHash } from "../inventory/peopleFile.ts";
import { importPeople } from "../inventory/peopleImport.ts";
import { inventoryDirectory } from "./lib/paths.ts";
import { readPassword } from "./lib/password.ts";
import { inventoryOption, jsonOption, printJson } from "./lib/program.ts";

/** What a crypt(3) hash costs to try, rounds: about 30 ms, which a login can spare and a thief of hashes cannot. */
const HASH_ROUNDS = 50_000;
/** Of the salt: 16 characters are all that SHA-512 crypt takes. */
const SALT_BYTES = 12;
/** Characters: where a password is all that is asked for (NIST SP 800-63B-4, 3.1.1.2). */
const SHORTEST_PASSWORD = 15;

export function peopleCommand(): Command {
  const command = new Command("people").description("who has a mailbox");
  command
    .command("import")
    .description("add people from a CSV file to people.yaml: login,name,unit,body,quotaMiB,group,group…; with one bad row nothing is added, and every bad row is named")
    .argument("<file>", "CSV in UTF-8 with a header")
    .addOption(inventoryOption())
    .addOption(jsonOption())
    .action((file: string, options: { inventory: string; json?: boolean }) => {
      const { province } = loadProvince(inventoryDirectory(options.inventory, existsSync));
      const { added, unchanged, problems } = importPeople(province, file, contentOf(file));
      if (problems.length > 0) throw new InventoryErrors(problems);
      if (added.length > 0) addPeople(province.directory, added);
      if (options.json === true) printJson({ added: added.map((person) => person.login), unchanged });
      else console.log(`${added.length} added, ${unchanged} there already`);
    });
  command
    .command("passwd")
    .description("set the password of a mailbox: asked for on a terminal, else the first line of standard input; only its hash is kept")
    .argument("<login>", "a login of people.yaml")
    .addOption(inventoryOption())
    .action(async (login: string, options: { inventory: string }) => {
      const { province } = loadProvince(inventoryDirectory(options.inventory, existsSync));
      if (!province.people.people.some((person) => person.login === login)) {
        throw new Failure(`people.yaml: there is no person "${login}"`, { advice: "Name a login of people.yaml, or add the person there first." });
      }
      const password = await readPassword(`Password of ${login}`);
      if (password.length < SHORTEST_PASSWORD) throw new Failure(`the password has ${password.length} characters`, { advice: `Use at least ${SHORTEST_PASSWORD}.` });
      setPasswordHash(province.directory, login, hashOf(password));
      console.log(`${login} has another password; ./egov up brings it to the mailbox host`);
    });
  return command;
}

function hashOf(password: string): string {
  const salt = randomBytes(SALT_BYTES).toString("base64").replaceAll("+", ".");
  return encrypt(password, `$6$rounds=${HASH_ROUNDS}$${salt}`);
}

function contentOf(file: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch (cause) {
    throw new Failure(`${file} cannot be read (${(cause as NodeJS.ErrnoException).code ?? "error"})`, { advice: "Give a CSV file.", cause });
  }
}
