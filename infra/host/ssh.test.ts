import { execFileSync } from "node:child_process";
import { createHmac } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Connection } from "./inputs.ts";
import { knownKeys } from "./known-hosts.ts";
import { SessionPool } from "./pool.ts";
import { openSession } from "./ssh.ts";
import { startTestHost, type TestHost } from "./testing.ts";

let host: TestHost;
let stop: () => Promise<void>;
const folder = mkdtempSync(join(tmpdir(), "egov-ssh-"));
const never = new AbortController().signal;

beforeAll(async () => ({ host, stop } = await startTestHost("ssh", 213)));
afterAll(async () => {
  await stop?.();
  rmSync(folder, { recursive: true });
});

function file(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content, { mode: 0o600 });
  return path;
}

function newKey(name: string): { privateFile: string; publicKey: string } {
  const privateFile = join(folder, name);
  execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", privateFile]);
  return { privateFile, publicKey: readFileSync(`${privateFile}.pub`, "utf8") };
}

async function refusal(change: Partial<Connection>): Promise<string> {
  const session = openSession({ ...host.connection, timeoutSeconds: 2, ...change }, never);
  return session.then((opened) => (opened.close(), "let in"), (error: Error) => error.message);
}

test("a host that is not in the known hosts is refused", async () => {
  const knownHostsFile = file("empty", "# nobody\n");
  expect(await refusal({ knownHostsFile })).toBe(`its host key is not in ${knownHostsFile}`);
});

test("a host that shows another key is refused", async () => {
  const knownHostsFile = file("other", `${host.connection.address} ${newKey("other-host").publicKey}`);
  expect(await refusal({ knownHostsFile }))
    .toBe(`its host key is not the one in ${knownHostsFile}: somebody stands in between, or the host was reinstalled`);
});

test("a host whose key was revoked is refused", async () => {
  const known = readFileSync(host.connection.knownHostsFile, "utf8");
  const line = known.split("\n").find((one) => one.startsWith(`${host.connection.address} `));
  expect(await refusal({ knownHostsFile: file("revoked", `@revoked ${line}\n${line}\n`) })).toMatch(/^its host key is not the one in/);
});

test("a key that the host does not know is refused", async () => {
  const { privateFile } = newKey("stranger");
  expect(await refusal({ identityFile: privateFile })).toBe(`refuses the key ${privateFile} for the user root`);
});

test.each([
  ["no-such-file", undefined, /^the key .*no-such-file cannot be read: ENOENT/],
  ["garbage", "not a key\n", /^the key .*garbage cannot be used: Cannot parse privateKey/],
])("the identity %s is named", async (name, content, message) => {
  const identityFile = content === undefined ? join(folder, name) : file(name, content);
  expect(await refusal({ identityFile })).toMatch(message);
});

test("a host that does not answer is given up after its time", async () => {
  const address = host.connection.address.replace(/\d+$/, "99");
  const knownHostsFile = file("absent", `${address} ${newKey("absent-host").publicKey}[127.0.0.1]:9 ${readFileSync(join(folder, "absent-host.pub"), "utf8")}`);
  expect(await refusal({ address, knownHostsFile, timeoutSeconds: 1 })).toMatch(/^no answer on port 22 for 1 s: (no route to host|timed out|Timed out.*)$/);
  expect(await refusal({ address: "127.0.0.1", port: 9, knownHostsFile, timeoutSeconds: 1 })).toBe("no answer on port 9 for 1 s: connection refused");
});

test("a host that boots meanwhile is waited for", async () => {
  const relay = createServer((socket) => {
    const toHost = connect(22, host.connection.address);
    toHost.on("error", () => undefined);
    socket.on("error", () => undefined).pipe(toHost).pipe(socket);
  });
  await new Promise<void>((resolve) => relay.listen(0, "127.0.0.1", resolve));
  const { port } = relay.address() as AddressInfo;
  await new Promise((resolve) => relay.close(resolve));
  const hostKey = readFileSync(host.connection.knownHostsFile, "utf8").split("\n").find((line) => line.startsWith(`${host.connection.address} `));
  const knownHostsFile = file("later", `[127.0.0.1]:${port} ${hostKey?.split(" ").slice(1).join(" ")}\n`);
  const waiting = refusal({ address: "127.0.0.1", port, knownHostsFile, timeoutSeconds: 20 });
  setTimeout(() => relay.listen(port, "127.0.0.1"), 700);
  expect(await waiting).toBe("let in");
  relay.close();
});

test("a pool opens one connection for many at once, and another after it broke", async () => {
  const pool = new SessionPool();
  const peer = "echo $SSH_CONNECTION | cut -d' ' -f2";
  const port = () => pool.use(host.connection, async (session) => (await session.run(peer, Buffer.alloc(0))).stdout.toString().trim());
  const [first, second] = await Promise.all([port(), port()]);
  expect(first).toMatch(/^\d+$/);
  expect(second).toBe(first);
  await pool.use(host.connection, async (session) => session.run("kill $PPID", Buffer.alloc(0)));
  expect(await port()).not.toBe(first);
  pool.close();
  await expect(port()).rejects.toThrow();
});

test("known hosts are found by plain, bracketed and hashed names", () => {
  const { publicKey } = newKey("names");
  const salt = Buffer.from("0123456789abcdefghij");
  const hash = createHmac("sha1", salt).update("[r-vinh]:2222").digest("base64");
  const known = file("names-known", `# r-vinh\n@cert-authority r-vinh ${publicKey}alpha,r-vinh ${publicKey}|1|${salt.toString("base64")}|${hash} ${publicKey}`);
  expect(knownKeys(known, "r-vinh", 22).map(({ type, revoked }) => [type, revoked])).toEqual([["ssh-ed25519", false]]);
  expect(knownKeys(known, "r-vinh", 2222)).toHaveLength(1);
  expect(knownKeys(known, "r-vin", 22)).toEqual([]);
  expect(() => knownKeys(join(folder, "none"), "r-vinh", 22)).toThrow(/^the known hosts .* cannot be read: ENOENT/);
});
