/** The commands that work on stacks' files alone, as a user runs them; no host is needed. */
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { projectDirectory } from "./lib/paths.ts";
import { Workbench } from "./lib/workbench.ts";

const STACK = "urn:pulumi:network.twin::egov::pulumi:pulumi:Stack::egov-network.twin";
const PROVIDER = "urn:pulumi:network.twin::egov::pulumi:providers:host::default";
const HOST = "urn:pulumi:network.twin::egov::host:index:Configuration::r-mau";
const CANARY = "canary-of-the-stack-commands";

// Each command is a process of its own, which takes long where the machine is busy.
vi.setConfig({ testTimeout: 180_000 });

let bench: Workbench;
beforeAll(async () => {
  bench = await Workbench.open({ inventory: "inventory/small", slug: "stack-commands", managementPrefix: "198.18.77.0/24" });
});
afterAll(() => bench[Symbol.asyncDispose]());

describe("settings", () => {
  test("a secret comes by standard input, is encrypted on disk and masked in the list", async () => {
    const set = spawnSync(join(projectDirectory, "egov"), ["config", "set", "--secret", "--stack", "network", "key"], { env: { ...process.env, EGOV_INVENTORY: bench.directory }, input: `${CANARY}\n`, encoding: "utf8" });
    expect(set.stderr).toBe("");
    expect(set.status).toBe(0);
    await bench.must("config", "set", "--stack", "network.twin", "host:place", "here");
    expect(readFileSync(join(bench.directory, "Pulumi.network.twin.yaml"), "utf8")).not.toContain(CANARY);
    const list = await bench.must("config", "ls", "--stack", "network");
    expect(list.stdout).toBe("KEY         VALUE\negov:key    [secret]\nhost:place  here\n");
    expect((await bench.must("config", "get", "--stack", "network", "key")).stdout).toBe(`${CANARY}\n`);
    await bench.must("config", "rm", "--stack", "network", "host:place");
    expect((await bench.must("config", "ls", "--stack", "network", "--show-secrets")).stdout).toBe(`KEY       VALUE\negov:key  ${CANARY}\n`);
  });

  test.each([
    [["config", "set", "--secret", "--stack", "network", "key", "value"], 1, "a secret on a command line is seen by everybody on this machine"],
    [["config", "get", "--stack", "network", "nothing"], 1, "network has no value 'egov:nothing'"],
    [["config", "rm", "--stack", "network", "nothing"], 1, "network has no value 'egov:nothing'"],
    [["config", "ls", "--stack", "moon"], 6, "there is no stack 'moon'"],
    [["config", "ls", "--stack", "network.moon"], 6, "the stack 'network.moon' is another environment's"],
  ])("egov %j is refused in one line", async (argv, exitCode, message) => {
    const run = await bench.egov(...argv);
    expect(run.stderr.split("\n")[0]).toBe(message);
    expect(run.exitCode).toBe(exitCode);
  });
});

describe("states", () => {
  test("without one, nothing is compared, exported or listed", async () => {
    const drift = await bench.egov("drift");
    expect([drift.exitCode, drift.stderr.split("\n")[0]]).toEqual([6, "no stack of 'twin' is up"]);
    const exported = await bench.egov("stack", "export", "network");
    expect([exported.exitCode, exported.stderr.split("\n")[0]]).toEqual([6, "network.twin has no state"]);
    expect(JSON.parse((await bench.must("stack", "ls", "--json")).stdout)).toEqual([]);
  });

  test("export, import, export is the same text; what does not hold together is not taken", async () => {
    const base = { custom: true, inputs: {}, outputs: {} };
    const document = {
      version: 3,
      deployment: {
        resources: [
          { urn: STACK, type: "pulumi:pulumi:Stack", ...base, custom: false },
          { urn: PROVIDER, type: "pulumi:providers:host", id: "p", ...base },
          { urn: HOST, type: "host:index:Configuration", id: "r-mau/network", ...base, parent: STACK, provider: `${PROVIDER}::p`, protect: true },
        ],
      },
    };
    const [given, exported] = [join(bench.directory, "given.json"), join(bench.directory, "exported.json")];
    writeFileSync(given, JSON.stringify(document));
    await bench.must("stack", "import", "network", "--file", given);
    const { stdout } = await bench.must("stack", "export", "network");
    writeFileSync(exported, stdout);
    await bench.must("stack", "import", "network", "--file", exported);
    expect((await bench.must("stack", "export", "network")).stdout).toBe(stdout);
    expect((await bench.must("stack", "ls")).stdout).toMatch(/^STACK .*\nnetwork\.twin +3 /);

    writeFileSync(given, JSON.stringify({ ...document, version: 9 }));
    const newer = await bench.egov("stack", "import", "network", "--file", given);
    expect(newer.exitCode).toBe(1);
    expect(newer.stderr).toContain("version 9");
    const [, provider, host] = document.deployment.resources;
    writeFileSync(given, JSON.stringify({ version: 3, deployment: { resources: [host, provider] } }));
    const upsideDown = await bench.egov("stack", "import", "network", "--file", given);
    expect(upsideDown.exitCode).toBe(1);
    expect(upsideDown.stderr).toContain(HOST);
    writeFileSync(given, "{");
    expect((await bench.egov("stack", "import", "network", "--file", given)).stderr).toMatch(/given\.json: is not JSON/);
    expect((await bench.must("stack", "export", "network")).stdout).toBe(stdout);
  });

  test("a protected resource is forgotten only when its protection is taken off", async () => {
    const refused = await bench.egov("state", "delete", "network", HOST);
    expect(refused.exitCode).toBe(1);
    expect(refused.stderr).toContain("protected");
    const none = await bench.egov("state", "unprotect", "network");
    expect([none.exitCode, none.stderr.split("\n")[0]]).toEqual([1, "no resource is named"]);
    await bench.must("state", "unprotect", "network", HOST);
    const needed = await bench.egov("state", "delete", "network", PROVIDER);
    expect(needed.exitCode).toBe(1);
    expect(needed.stderr).toContain(HOST);
    await bench.must("state", "delete", "network", PROVIDER, "--target-dependents");
    const { deployment } = JSON.parse((await bench.must("stack", "export", "network")).stdout) as { deployment: { resources: { urn: string }[] } };
    expect(deployment.resources.map(({ urn }) => urn)).toEqual([STACK]);
    expect((await bench.must("stack", "history", "network", "--json")).exitCode).toBe(0);
  });
});
