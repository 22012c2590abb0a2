import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { specialAssetSig, specialSigKey, unknownValue } from "@pulumi/pulumi/runtime/rpc.js";
import { afterAll, beforeEach, expect, test } from "vitest";
import { globExpression, matchingFiles } from "./globs.ts";
import type { Context } from "./model.ts";
import { plannedId } from "./identity.ts";
import { CommandProvider } from "./provider.ts";
import { asSecret, type Properties } from "./secrets.ts";
import { validate } from "./validate.ts";

const URN = "urn:pulumi:test::egov::command:local:Command::demo";
const folder = mkdtempSync(join(tmpdir(), "egov-command-"));
const provider = new CommandProvider();
let said: string[] = [];
let ending = new AbortController();
const context: Context = { get signal() { return ending.signal; }, say: (_severity, line) => void said.push(line) };

beforeEach(() => {
  said = [];
  ending = new AbortController();
});
afterAll(() => rmSync(folder, { recursive: true }));

async function create(inputs: Properties): Promise<Properties> {
  return (await provider.create(URN, inputs, false, context)).outs as Properties;
}

async function refusal(work: Promise<unknown>): Promise<string> {
  return work.then(() => "done", (error: Error) => error.message);
}

test("one newline at the end of what it prints goes, no more", async () => {
  expect(await create({ create: "printf 'a\\n\\n'; printf 'b' >&2" })).toMatchObject({ stdout: "a\n", stderr: "b" });
  expect(await create({})).toEqual({ stdout: "", stderr: "" });
});

test("standard input, folder and interpreter are the command's", async () => {
  expect(await create({ create: "cat", stdin: "một\nhai\n", dir: folder })).toMatchObject({ stdout: "một\nhai" });
  expect(await create({ create: "pwd", dir: folder })).toMatchObject({ stdout: folder });
  expect(await create({ create: "console.log(6 * 7)", interpreter: [process.execPath, "-e"] })).toMatchObject({ stdout: "42" });
  // A command that reads nothing does not fail on what it is given.
  expect(await create({ create: "true", stdin: "x".repeat(1_000_000) })).toMatchObject({ stdout: "" });
});

test("variables arrive as they are, whatever they hold", async () => {
  const hostile = "a'b\"c\\ $(touch /tmp/never) `id` ${HOME}\nsecond; line";
  expect(await create({ create: 'printf %s "$HOSTILE"', environment: { HOSTILE: hostile } })).toMatchObject({ stdout: hostile });
});

test("an update runs update, else create, and sees what was printed before", async () => {
  const print = 'echo "$0 $PULUMI_COMMAND_STDOUT/$PULUMI_COMMAND_STDERR"';
  const state = await create({ create: "echo one; echo two >&2" });
  const update = async (news: Properties): Promise<unknown> => (await provider.update(URN, state, news, false, context))["stdout"];
  expect(await update({ create: "false", update: print })).toBe("/bin/sh one/two");
  expect(await update({ create: print })).toBe("/bin/sh one/two");
  expect(await update({ create: print, addPreviousOutputInEnv: false })).toBe("/bin/sh /");
  expect(await update({ delete: "true" })).toBe("one");
});

test("a deletion runs delete with what was printed, or nothing", async () => {
  const file = join(folder, "deleted");
  await provider.delete(URN, { delete: `echo "$PULUMI_COMMAND_STDOUT" > ${file}`, stdout: "made" }, context);
  expect(readFileSync(file, "utf8")).toBe("made\n");
  await provider.delete(URN, { create: "false", stdout: "" }, context);
});

test("a command that fails says how, and the end of what it said, in one line", async () => {
  expect(await refusal(create({ create: "echo fine; printf '1\\n2\\n\\n3\\n4\\n' >&2; exit 3" }))).toBe("create: exit code 3: 2; 3; 4");
  expect(await refusal(create({ create: "echo only this; false" }))).toBe("create: exit code 1: only this");
  expect(await refusal(create({ create: "kill -9 $$" }))).toBe("create: killed by SIGKILL");
  expect(await refusal(create({ create: "true", dir: "/no/such" }))).toBe("the folder /no/such (dir) is not there");
  expect(await refusal(create({ create: "true", interpreter: ["/no/shell"] }))).toBe("the interpreter /no/shell is not there");
  expect(await refusal(create({ create: "true", environment: { LONG: "x".repeat(200_000) } }))).toMatch(/longer than the system takes/);
});

test("what it prints is told line by line, as logging asks", async () => {
  const command = "printf 'out'; echo err >&2";
  for (const [logging, lines] of [[undefined, ["err", "out"]], ["stdoutAndStderr", ["err", "out"]], ["stdout", ["out"]], ["stderr", ["err"]], ["none", []]] as const) {
    said = [];
    await create({ create: command, ...(logging && { logging }) });
    expect(said.sort()).toEqual(lines);
  }
});

test("a secret that goes in makes what comes out secret, and is in no message", async () => {
  const secret = asSecret("s3cr3t");
  for (const inputs of [{ create: asSecret("echo s3cr3t") }, { create: "echo $KEY", environment: { KEY: secret } }, { create: "cat", stdin: secret }]) {
    expect(await create(inputs)).toMatchObject({ stdout: asSecret("s3cr3t"), stderr: asSecret("") });
  }
  expect(said).toEqual([]);
  expect(await refusal(create({ create: "echo no $KEY >&2; exit 1", environment: { KEY: secret } }))).toBe("create: exit code 1: no [secret]");
  const state = { ...(await create({ create: "cat", stdin: secret })) };
  const both = { update: "echo $KEY $PULUMI_COMMAND_STDOUT >&2; exit 1", environment: { KEY: asSecret("n3w-one") } };
  expect(await refusal(provider.update(URN, { ...state, environment: {} }, both, false, context))).toBe("update: exit code 1: [secret] [secret]");
  expect(await provider.update(URN, state, { create: "echo new" }, false, context)).toMatchObject({ stdout: asSecret("new") });
  expect(await provider.update(URN, state, { create: "echo new", addPreviousOutputInEnv: false }, false, context)).toMatchObject({ stdout: "new" });
});

test("a command with a secret is not among the arguments that others see", async () => {
  const arguments_ = await create({ create: asSecret('tr "\\0" " " < /proc/$$/cmdline; echo; env | grep -c "^EGOV_COMMAND"; : canary-7') });
  expect(JSON.stringify(arguments_["stdout"])).not.toContain("canary-7");
  expect((arguments_["stdout"] as { value: string }).value).toMatch(/eval .*\n0$/);
});

test("nothing runs in a preview; what it will print is announced", async () => {
  const file = join(folder, "previewed");
  const inputs = { create: `touch ${file}`, update: `touch ${file}`, assetPaths: ["*"] };
  expect(await provider.create(URN, inputs, true, context))
    .toEqual({ id: "", outs: { ...inputs, stdout: unknownValue, stderr: unknownValue, assets: unknownValue } });
  expect(await provider.update(URN, {}, { update: asSecret("x") }, true, context)).toMatchObject({ stdout: asSecret(unknownValue) });
  expect(() => readFileSync(file)).toThrow("ENOENT");
});

test("a cancelled command's whole group ends", async () => {
  const mark = `${40_000 + process.pid % 1_000}`;
  const pending = refusal(create({ create: `trap '' TERM; sleep ${mark} & sleep ${mark}; sleep ${mark}` }));
  const alive = (): boolean => execFileSync("ps", ["-eo", "args"], { encoding: "utf8" }).split("\n").includes(`sleep ${mark}`);
  while (!alive()) await sleep(20);
  ending.abort();
  expect(await pending).toBe("create: cancelled");
  expect(alive()).toBe(false);
});

test("other triggers replace, any other change updates, assets are compared by what they hold", async () => {
  const asset = (path: string): Properties => ({ [specialSigKey]: specialAssetSig, path });
  const [one, two] = [join(folder, "one"), join(folder, "two")];
  writeFileSync(one, "same");
  writeFileSync(two, "same");
  const checked = async (inputs: Properties): Promise<Properties> => (await provider.check(URN, inputs)).inputs as Properties;
  const diff = async (news: Properties): Promise<unknown> =>
    provider.diff(URN, { ...(await checked({ create: "x", triggers: [1, asset(one)] })), stdout: "", stderr: "" }, await checked(news));
  expect(await diff({ create: "x", triggers: [1, asset(two)] })).toMatchObject({ changes: false, replaces: [] });
  writeFileSync(two, "other");
  expect(await diff({ create: "x", triggers: [1, asset(two)] })).toMatchObject({ changes: true, replaces: ["triggers"] });
  expect(await diff({ create: "x" })).toMatchObject({ changes: true, replaces: ["triggers"] });
  expect(await diff({ create: "y", triggers: [1, asset(one)] })).toMatchObject({ changes: true, replaces: [] });
  expect(await diff({ create: unknownValue, triggers: [1, asset(one)] })).toMatchObject({ changes: true, replaces: [] });
});

test("an id is known before, tells replacements apart, and says nothing of secrets", async () => {
  const inputs = { create: "true", triggers: [1] };
  const { outputs } = await provider.invoke("command:engine:plannedId", { urn: URN, type: "command:local:Command", inputs }, context);
  expect((await provider.create(URN, inputs, false, context)).id).toBe(outputs.id);
  expect(plannedId(URN, { ...inputs, triggers: [2] })).not.toBe(outputs.id);
  expect(plannedId(`${URN}2`, inputs)).not.toBe(outputs.id);
  expect(plannedId(URN, { create: asSecret("a") })).toBe(plannedId(URN, { create: asSecret("b") }));
});

test("a command exists when it has run, and cannot be read otherwise", async () => {
  expect(await provider.read("id", URN, { create: "true", stdout: "", stderr: "" }, context))
    .toEqual({ id: "id", props: { create: "true", stdout: "", stderr: "" }, inputs: { create: "true" } });
  expect(await provider.read("id", URN, { create: "true" }, context)).toEqual({ id: "", props: {} });
});

test("run runs, and hands over the files that it is asked for", async () => {
  const dir = mkdtempSync(join(folder, "run-"));
  mkdirSync(join(dir, "sub"));
  const parameters = { command: "echo hi | tee a.txt sub/b.txt secret.txt", dir, assetPaths: ["**.txt", "!secret*"], archivePaths: ["sub/*"] };
  const { outputs } = await provider.invoke("command:local:run", parameters, context);
  const hash = execFileSync("sha256sum", [join(dir, "a.txt")], { encoding: "utf8" }).split(" ")[0];
  expect(outputs).toMatchObject({ stdout: "hi", ...parameters });
  expect(outputs.assets).toEqual({
    "a.txt": { [specialSigKey]: specialAssetSig, path: join(dir, "a.txt"), hash },
    "sub/b.txt": { [specialSigKey]: specialAssetSig, path: join(dir, "sub/b.txt"), hash },
  });
  expect(Object.keys(outputs.archive.assets)).toEqual(["sub/b.txt"]);
  expect(await provider.invoke("command:local:run", { dir: 5 }, context))
    .toEqual({ failures: [{ property: "dir", reason: "is no text" }, { property: "command", reason: "is missing" }] });
  await expect(provider.invoke("command:local:walk", {}, context)).rejects.toThrow("the provider command has no function command:local:walk");
});

test("globs are those of the package's documentation", async () => {
  const dir = mkdtempSync(join(folder, "globs-"));
  for (const path of ["assets/logos", "src"]) mkdirSync(join(dir, path), { recursive: true });
  for (const path of ["assets/logos/logo.svg", "src/index.js", "src/secret.js"]) writeFileSync(join(dir, path), "");
  expect(await matchingFiles(dir, ["assets/**", "src/**.js", "!**secret.*"])).toEqual(["assets/logos/logo.svg", "src/index.js"]);
  const matches = (glob: string, path: string): boolean => globExpression(glob).test(path);
  expect([matches("*.txt", "a.txt"), matches("*.txt", "b/a.txt"), matches("a?c", "abc"), matches("[!a]b", "ab"), matches("[a-c]b", "bb"),
    matches("{a,b}.x", "b.x"), matches("a.b", "axb"), matches("\\*", "*"), matches("a,b", "a,b")])
    .toEqual([true, false, true, false, true, true, false, true, true]);
  expect(() => globExpression("{a")).toThrow('the pattern "{a" cannot be read as a glob');
});

test.each<[string, Properties, string]>([
  ["command:local:Command", { creat: "x" }, "creat is no input of it"],
  ["command:local:Command", { create: 5 }, "create is no text"],
  ["command:local:Command", { create: "a\0b" }, "create holds a NUL, which no process takes"],
  ["command:local:Command", { interpreter: "sh" }, "interpreter is no list of texts"],
  ["command:local:Command", { environment: { A: 1 } }, "environment has A, which is no text"],
  ["command:local:Command", { environment: { "A=": "" } }, 'environment has "A=", which is no name of a variable'],
  ["command:local:Command", { logging: "all" }, "logging is none of stdout, stderr, stdoutAndStderr, none"],
  ["command:local:Command", { addPreviousOutputInEnv: "no" }, "addPreviousOutputInEnv is neither true nor false"],
  ["command:local:Command", { triggers: "x" }, "triggers is no list"],
  ["command:remote:Command", { create: "x" }, "connection is missing"],
  ["command:remote:Command", { connection: {} }, "connection has host, which is missing"],
  ["command:remote:Command", { connection: { host: "h", port: 70_000 } }, "connection has port, which is no whole number from 1 to 65535"],
  ["command:remote:Command", { connection: { host: "h", hostKey: "ssh-ed25519 AAAA" } }, "connection has hostKey, which is no public key as ssh-keyscan prints it: ssh-ed25519 AAAA…"],
  ["command:remote:Command", { connection: { host: "h", proxy: { user: "x" } } }, "connection has proxy, which has host, which is missing"],
  ["command:remote:Command", { connection: { host: "h" }, environment: { "a-b": "" } }, 'environment has "a-b", which is no name of a variable'],
  ["command:remote:Command", { connection: { host: "h" }, dir: "/" }, "dir is no input of it"],
  ["command:remote:CopyToRemote", { connection: { host: "h" }, remotePath: "/x", source: "file" }, "source is neither an asset nor an archive"],
  ["command:remote:CopyFile", { connection: { host: "h" }, remotePath: "" , localPath: "x" }, "remotePath is empty"],
])("%s with %j: %s", (type, inputs, message) => {
  expect(validate(type, inputs).map(({ property, reason }) => `${property} ${reason}`)).toEqual([message]);
  const later = Object.fromEntries(Object.keys(inputs).filter((key) => key !== "creat" && key !== "dir").map((key) => [key, unknownValue]));
  expect(validate(type, { connection: unknownValue, ...later }).filter(({ reason }) => reason !== "is no input of it")).toEqual([]);
});

test("other types and settings are refused by name", async () => {
  await expect(provider.check("urn:pulumi:test::egov::command:local:Thing::x", {})).rejects.toThrow("the provider command has no resource command:local:Thing");
  expect(() => new CommandProvider().configure({ insecureIgnoreHostKey: "maybe" })).toThrow("command:insecureIgnoreHostKey is neither true nor false");
  expect(() => new CommandProvider().configure({ knownHostsFile: 5 })).toThrow("command:knownHostsFile is no path");
});

test("commands end with their provider", async () => {
  const mark = `${50_000 + process.pid % 1_000}`;
  const started = join(folder, "started");
  const script = `import { existsSync } from "node:fs";
    import { CommandProvider } from ${JSON.stringify(new URL("provider.ts", import.meta.url).href)};
    const inputs = { create: "touch ${started}; sleep ${mark}" };
    new CommandProvider().create(${JSON.stringify(URN)}, inputs, false, { signal: new AbortController().signal, say() {} });
    setInterval(() => existsSync(${JSON.stringify(started)}) && process.exit(0), 20);`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", script], { stdio: ["ignore", "inherit", "inherit"] });
  await new Promise((resolve) => child.once("exit", resolve));
  expect(existsSync(started)).toBe(true);
  expect(execFileSync("ps", ["-eo", "args"], { encoding: "utf8" }).split("\n")).not.toContain(`sleep ${mark}`);
});

test("a host whose key is not verified is named once, one whose key nobody knows is refused", async () => {
  const connection = { host: "127.0.0.1", port: 9, dialErrorLimit: 0 };
  const remote = URN.replace("local", "remote");
  const own = new CommandProvider();
  const attempt = async (): Promise<string> => refusal(own.create(remote, { connection, create: "true" }, false, context));
  own.configure({ insecureIgnoreHostKey: "true" });
  const refused = "127.0.0.1: no login on port 9 after 1 attempt: connection refused";
  expect([await attempt(), await attempt()]).toEqual([refused, refused]);
  expect(said).toEqual(["the host key of 127.0.0.1 is not verified (command:insecureIgnoreHostKey)"]);
  writeFileSync(join(folder, "nobody"), "");
  own.configure({ knownHostsFile: join(folder, "nobody") });
  expect(await attempt()).toBe(`127.0.0.1: its host key is not known: the connection has no hostKey and ${join(folder, "nobody")} does not have it`);
});
