import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { specialArchiveSig, specialAssetSig, specialSigKey } from "@pulumi/pulumi/runtime/rpc.js";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { TestProject } from "../engine/testing.ts";
import { startTestHost, type TestHost } from "../host/testing.ts";
import type { Context } from "./model.ts";
import { CommandProvider } from "./provider.ts";
import { quote } from "./remote.ts";
import { asSecret, type Properties } from "./secrets.ts";

const COMMAND = "urn:pulumi:test::egov::command:remote:Command::demo";
const COPY = "urn:pulumi:test::egov::command:remote:CopyToRemote::demo";
const folder = mkdtempSync(join(tmpdir(), "egov-remote-"));
const said: string[] = [];
const context = (signal = new AbortController().signal): Context => ({ signal, say: (_severity, line) => void said.push(line) });
let host: TestHost;
let stop: () => Promise<void>;
let provider: CommandProvider;
let connection: Properties;

beforeAll(async () => {
  ({ host, stop } = await startTestHost("command", 219));
  provider = new CommandProvider();
  provider.configure({ knownHostsFile: host.connection.knownHostsFile });
  connection = { host: host.connection.address, privateKey: readFileSync(host.connection.identityFile, "utf8"), dialErrorLimit: 5 };
});
afterAll(async () => {
  await provider?.cancel();
  await stop?.();
  rmSync(folder, { recursive: true });
});

async function create(inputs: Properties, to: Properties = connection, by = provider): Promise<Properties> {
  return (await by.create(COMMAND, { connection: asSecret(to), ...inputs }, false, context())).outs as Properties;
}

async function refusal(work: Promise<unknown>): Promise<string> {
  return work.then(() => "done", (error: Error & { advice?: string }) => error.message + (error.advice === undefined ? "" : ` (${error.advice})`));
}

/** A provider of its own, so that it logs in anew. */
async function withProvider(settings: Properties, work: (own: CommandProvider) => Promise<void>): Promise<void> {
  const own = new CommandProvider();
  own.configure(settings);
  await work(own).finally(() => own.cancel());
}

function hostKey(): string {
  const line = readFileSync(host.connection.knownHostsFile, "utf8").split("\n").find((one) => one.startsWith(`${host.connection.address} `));
  return line!.split(" ").slice(1).join(" ");
}

test("prints, reads, fails and is told as a local one", async () => {
  said.length = 0;
  expect(await create({ create: "cat; echo; echo err >&2", stdin: "một\nhai" })).toMatchObject({ stdout: "một\nhai", stderr: "err" });
  expect(said.sort()).toEqual(["err", "hai", "một"]);
  expect(await refusal(create({ create: "echo why >&2; exit 7" }))).toBe(`${connection["host"]}: create: exit code 7: why`);
  expect(await refusal(create({ create: "kill -9 $$" }))).toBe(`${connection["host"]}: create: killed by SIGKILL`);
});

test("variables arrive as they are, before what the command reads, and are no arguments", async () => {
  const hostile = "a'b\"c\\ $(touch /tmp/never) `id` ${HOME}\nsecond; line";
  const print = 'printf "%s|" "$HOSTILE"; cat; echo; tr "\\0" " " < /proc/$$/cmdline; ps -eo args';
  const { stdout } = await create({ create: print, stdin: "tail", environment: { HOSTILE: hostile, OTHER: "canary-5" } });
  expect(stdout).toMatch(`${hostile}|tail\n`);
  expect(stdout).not.toContain("canary-5");
  const hidden = await create({ create: asSecret("printf '%s' $((6 * 7)); : canary-6; ps -eo args") });
  expect((hidden["stdout"] as { value: string }).value).toMatch(/^42/);
  expect(JSON.stringify(hidden["stdout"])).not.toContain("canary-6");
  const state = await create({ create: "echo it\\'s" });
  expect(await provider.update(COMMAND, state, { connection, update: 'echo "$PULUMI_COMMAND_STDOUT"' }, false, context())).toMatchObject({ stdout: "it's", connection: asSecret(connection) });
});

test("a word of a shell is quoted whatever it holds", () => {
  expect(quote("it's")).toBe(`'it'\\''s'`);
});

test("twenty commands at once share one login, whatever few channels the server takes", async () => {
  await host.sh("echo 'MaxSessions 3' > /etc/ssh/sshd_config.d/few.conf; systemctl reload ssh");
  const logins = async (): Promise<number> => Number((await host.sh("journalctl -u ssh -o cat | grep -c '^Accepted publickey'")).trim());
  const before = await logins();
  await withProvider({ knownHostsFile: host.connection.knownHostsFile }, async (own) => {
    const outs = await Promise.all(Array.from({ length: 20 }, (_, index) => create({ create: `sleep 0.1; echo ${index}` }, connection, own)));
    expect(outs.map(({ stdout }) => stdout)).toEqual(Array.from({ length: 20 }, (_, index) => `${index}`));
  });
  expect(await logins()).toBe(before + 1);
  await host.sh("rm /etc/ssh/sshd_config.d/few.conf; systemctl reload ssh");
});

test("a host shows the key that is known, or there is no login", async () => {
  const other = join(folder, "other");
  execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", other]);
  const otherKey = readFileSync(`${other}.pub`, "utf8").trim();
  const empty = join(folder, "nobody");
  writeFileSync(empty, "");
  await withProvider({ knownHostsFile: empty }, async (own) => {
    const address = connection["host"];
    expect(await refusal(create({ create: "true" }, connection, own))).toBe(
      `${address}: its host key is not known: the connection has no hostKey and ${empty} does not have it (compare its key with ssh-keyscan -p 22 ${address}, then give it as hostKey or add it to the file)`);
    expect(await refusal(create({ create: "true" }, { ...connection, hostKey: otherKey }, own))).toMatch(/: its host key is not the one in hostKey: somebody stands in between/);
    expect(await refusal(create({ create: "true" }, { ...connection, hostKey: hostKey() }, own))).toBe("done");
  });
  writeFileSync(empty, `${connection["host"]} ${otherKey}\n`);
  await withProvider({ knownHostsFile: empty }, async (own) =>
    expect(await refusal(create({ create: "true" }, connection, own))).toMatch(`: its host key is not the one in ${empty}: `));
  said.length = 0;
  await withProvider({ insecureIgnoreHostKey: "true" }, async (own) => {
    expect(await refusal(create({ create: "true" }, connection, own))).toBe("done");
    expect(await refusal(create({ create: "true" }, connection, own))).toBe("done");
    expect(said).toEqual([`the host key of ${connection["host"]} is not verified (command:insecureIgnoreHostKey)`]);
    expect(await refusal(create({ create: "true" }, { ...connection, hostKey: otherKey }, own))).toMatch(/hostKey: somebody/);
  });
});

test("a login is by key, key with a password, agent or password; a refusal says what was offered", async () => {
  const key = join(folder, "locked");
  execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "open sesame", "-f", key]);
  await host.sh(`useradd -m -s /bin/bash clerk; echo clerk:pw-of-clerk | chpasswd; install -d -o clerk -m 700 ~clerk/.ssh; echo '${readFileSync(`${key}.pub`, "utf8").trim()}' > ~clerk/.ssh/authorized_keys;
    echo 'PasswordAuthentication yes' > /etc/ssh/sshd_config.d/0.conf; systemctl reload ssh`);
  const clerk = { host: connection["host"], user: "clerk", dialErrorLimit: 0 };
  const privateKey = readFileSync(key, "utf8");
  const whoami = async (more: Properties): Promise<string> => create({ create: "whoami" }, { ...clerk, ...more }).then(({ stdout }) => String(stdout), (error: Error) => error.message);
  expect(await whoami({ privateKey, privateKeyPassword: "open sesame", dialErrorLimit: 5 })).toBe("clerk");
  expect(await whoami({ privateKey })).toMatch(/: privateKey cannot be used: .*no passphrase given/);
  expect(await whoami({ password: "pw-of-clerk" })).toBe("clerk");
  const refused = await whoami({ password: "pw-of-nobody" });
  expect(refused).toBe(`${clerk.host}: no login on port 22 after 1 attempt: it refuses the password for the user clerk`);
  const agent = join(folder, "agent");
  const pid = /SSH_AGENT_PID=(\d+)/.exec(execFileSync("ssh-agent", ["-s", "-a", agent], { encoding: "utf8" }))![1]!;
  try {
    expect(await whoami({ agentSocketPath: agent })).toMatch(/it refuses the agent's keys for the user clerk$/);
    const open = join(folder, "open");
    writeFileSync(open, privateKey, { mode: 0o600 });
    execFileSync("ssh-keygen", ["-q", "-p", "-P", "open sesame", "-N", "", "-f", open]);
    execFileSync("ssh-add", ["-q", open], { env: { ...process.env, SSH_AUTH_SOCK: agent } });
    expect(await whoami({ agentSocketPath: agent, perDialTimeout: 20 })).toBe("clerk");
  } finally {
    process.kill(Number(pid));
  }
  expect(await whoami({ agentSocketPath: "/no/agent" })).toMatch(/no SSH agent listens on \/no\/agent/);
  expect(await whoami({ port: 9, hostKey: hostKey(), dialErrorLimit: 2 })).toMatch(/: no login on port 9 after 3 attempts: connection refused$/);
});

test("a bastion's connection carries others, its key verified too", async () => {
  const inner = { ...connection, host: "127.0.0.1", hostKey: hostKey() };
  expect(await create({ create: "echo ${SSH_CONNECTION%% *}" }, { ...inner, proxy: connection })).toMatchObject({ stdout: "127.0.0.1" });
  expect(await refusal(create({ create: "true" }, { ...inner, port: 9, dialErrorLimit: 0, proxy: connection }))).toMatch(/^127\.0\.0\.1: by the proxy .*: no login on port 9/);
  await withProvider({}, async (own) =>
    expect(await refusal(create({ create: "true" }, { ...inner, proxy: connection }, own))).toMatch(/^127\.0\.0\.1: by the proxy .*: its host key is not known/));
});

test("a cancelled command ends on the host", async () => {
  const ending = new AbortController();
  const pending = refusal(provider.create(COMMAND, { connection, create: "trap '' TERM; sleep 4711; sleep 4711" }, false, context(ending.signal)));
  while (!(await host.sh("ps -eo args")).includes("sleep 4711")) await sleep(50);
  ending.abort();
  expect(await pending).toBe(`${connection["host"]}: create: cancelled`);
  for (let tries = 0; tries < 100 && (await host.sh("ps -eo args")).split("\n").includes("sleep 4711"); tries += 1) await sleep(50);
  expect((await host.sh("ps -eo args")).split("\n")).not.toContain("sleep 4711");
});

test("a connection that is lost during a command is said, and the next one logs in anew", async () => {
  await withProvider({ knownHostsFile: host.connection.knownHostsFile }, async (own) => {
    expect(await refusal(create({ create: "kill $PPID; sleep 60" }, connection, own))).toBe(`${connection["host"]}: the connection was lost before the command ended`);
    expect(await create({ create: "echo again" }, connection, own)).toMatchObject({ stdout: "again" });
  });
});

const text = (content: string): Properties => ({ [specialSigKey]: specialAssetSig, text: content });
const file = (path: string): Properties => ({ [specialSigKey]: specialAssetSig, path });
const archive = (path: string): Properties => ({ [specialSigKey]: specialArchiveSig, path });

async function copy(source: unknown, remotePath: string): Promise<string> {
  return refusal(provider.create(COPY, { connection, source, remotePath }, false, context()));
}

test("a file is copied to a path, into a folder, over a file and through a link, in one step", async () => {
  const script = join(folder, "script.sh");
  writeFileSync(script, "#!/bin/sh\necho one\n");
  chmodSync(script, 0o750);
  expect(await copy(file(script), "/srv/new/deep/run")).toBe("done");
  expect(await copy(file(script), "/srv/new/deep")).toBe("done");
  expect(await host.sh("cd /srv/new/deep; stat -c '%n %a' run script.sh; ./run")).toBe("run 750\nscript.sh 750\none\n");
  await host.sh("cd /srv/new; echo old > kept; chown games:games kept; chmod 640 kept; ln -s kept link");
  expect(await copy(text("new\n"), "/srv/new/link")).toBe("done");
  expect(await host.sh("cd /srv/new; stat -c '%n %a %U %F' kept link; cat kept; ls -A | wc -l")).toBe("kept 640 games regular file\nlink 777 root symbolic link\nnew\n3\n");
  expect(await copy(asSecret(text("s3cr3t")), "/srv/new/key")).toBe("done");
  expect(await copy(text("plain"), "/srv/new/text")).toBe("done");
  expect(await host.sh("stat -c %a /srv/new/key /srv/new/text")).toBe("600\n644\n");
});

test("a folder is copied as cp -r does: under its name, or with a slash at its end its content", async () => {
  const source = join(folder, "site");
  mkdirSync(join(source, "empty"), { recursive: true });
  mkdirSync(join(source, "sub"));
  writeFileSync(join(source, "sub/page"), "page");
  writeFileSync(join(source, "top"), "top");
  symlinkSync("top", join(source, "link"));
  await host.sh("mkdir -p /srv/www; touch /srv/www/mine /srv/occupied");
  expect(await copy(archive(source), "/srv/www")).toBe("done");
  expect(await copy(archive(`${source}/`), "/srv/flat")).toBe("done");
  expect(await host.sh("cd /srv; find www flat | sort | xargs -n 20")).toBe(
    "flat flat/empty flat/link flat/sub flat/sub/page flat/top www www/mine www/site www/site/empty www/site/link www/site/sub www/site/sub/page www/site/top\n");
  const packed = { [specialSigKey]: specialArchiveSig, assets: { "a/b": text("ab"), c: file(join(source, "top")), d: archive(source) } };
  expect(await copy(packed, "/srv/packed")).toBe("done");
  expect(await host.sh("cd /srv/packed; cat a/b c d/sub/page; ls -d d/empty")).toBe("abtoppaged/empty\n");
  const address = connection["host"];
  expect(await copy(archive(`${source}/`), "/srv/occupied")).toBe(`${address}: /srv/occupied is there and is no folder`);
  expect(await copy(text("x"), "/srv/www")).toBe(`${address}: /srv/www is a folder (the remotePath of a text names the file)`);
  expect(await copy(file("/no/file"), "/srv/x")).toBe(`${address}: the source /no/file is not there`);
  expect(await copy({ [specialSigKey]: specialAssetSig, uri: "https://example.org/x" }, "/srv/x")).toMatch(/nothing is fetched from elsewhere$/);
  symlinkSync("sub", join(source, "folderlink"));
  expect(await copy(archive(source), "/srv/x")).toMatch(/folderlink is neither file nor folder/);
});

test("an unchanged source is the same; a copy exists when the host has it, and stays when it is deleted", async () => {
  const source = join(folder, "config");
  writeFileSync(source, "one");
  const checked = async (): Promise<Properties> => (await provider.check(COPY, { connection, remotePath: "/srv/config", source: file(source) })).inputs as Properties;
  const wanted = await checked();
  expect(await provider.read("id", COPY, wanted, context())).toEqual({ id: "", props: {} });
  const { outs } = await provider.create(COPY, wanted, false, context());
  expect(outs).toEqual({ ...wanted, connection: asSecret(connection) });
  expect(await provider.diff(COPY, outs, await checked())).toMatchObject({ changes: false });
  expect((await provider.read("id", COPY, outs, context())).id).toBe("id");
  writeFileSync(source, "two");
  expect(await provider.diff(COPY, outs, await checked())).toMatchObject({ changes: true, replaces: [] });
  expect((await provider.read("id", COPY, outs, context())).id).toBe("id");
  const updated = await provider.update(COPY, outs, await checked(), false, context());
  expect(await host.sh("cat /srv/config")).toBe("two");
  await host.sh("echo 2wo | head -c 3 > /srv/config");
  expect((await provider.read("id", COPY, updated, context())).id).toBe("");
  await provider.delete(COPY, updated, context());
  expect(await host.sh("cat /srv/config")).toBe("2wo");
  await provider.create(COPY.replace("CopyToRemote", "CopyFile"), { connection, localPath: source, remotePath: "/srv/config" }, false, context());
  expect(await host.sh("cat /srv/config")).toBe("two");
});

test("a large folder goes over one connection, and nothing is copied in a preview", async () => {
  const source = join(folder, "many");
  mkdirSync(source);
  for (let index = 0; index < 100; index += 1) writeFileSync(join(source, `${index}`), `${index}`.repeat(1_000));
  writeFileSync(join(source, "large"), Buffer.alloc(3_000_000, 7));
  await provider.create(COPY, { connection, source: archive(source), remotePath: "/srv/many" }, true, context());
  expect(await host.sh("ls /srv/many")).toMatch(/No such file/);
  expect(await copy(archive(source), "/srv/many")).toBe("done");
  expect(await host.sh("cd /srv/many/many; ls -A | wc -l; sha256sum < large | cut -d' ' -f1; cat 99 | wc -c"))
    .toBe(`101\n${execFileSync("sha256sum", [join(source, "large")], { encoding: "utf8" }).split(" ")[0]}\n2000\n`);
});

test("a program runs commands and copies by the engine, and leaves no key in the state", async () => {
  const project = await TestProject.create();
  try {
    const plugin = `{name: command, path: ${fileURLToPath(new URL(".", import.meta.url))}}`;
    const path = join(project.root, "Pulumi.yaml");
    writeFileSync(path, readFileSync(path, "utf8").replace("providers: [", `providers: [${plugin}, `));
    writeFileSync(join(project.root, "Pulumi.test.yaml"), `config:\n  command:knownHostsFile: ${host.connection.knownHostsFile}\n`);
    writeFileSync(join(folder, "banner"), "chào\n");
    await project.program(`
import { remote } from "@pulumi/command";
import { readFileSync } from "node:fs";
const connection = { host: "${host.connection.address}", privateKey: readFileSync("${host.connection.identityFile}", "utf8") };
const copy = new remote.CopyToRemote("banner", { connection, source: new pulumi.asset.FileAsset("${join(folder, "banner")}"), remotePath: "/srv/banner" });
export const banner = new remote.Command("show", { connection, create: "cat /srv/banner" }, { dependsOn: copy }).stdout;`);
    const made = await project.up();
    expect(made.outputs, TestProject.why(made)).toEqual({ banner: "chào" });
    const again = await project.up();
    expect(again.changed, TestProject.why(again)).toBe(false);
    const state = await project.state();
    expect(state).not.toMatch(/BEGIN OPENSSH|identityFile/);
    expect(state).not.toContain(readFileSync(host.connection.identityFile, "utf8").split("\n")[2]);
  } finally {
    await project.remove();
  }
}, 120_000);
