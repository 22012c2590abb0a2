import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { loadProvince } from "../inventory/index.ts";
import { SMALL } from "../inventory/testing.ts";
import { TEXTFILES } from "./server/paths.ts";
import { tellStackStates } from "./stackState.ts";

const { province } = loadProvince(SMALL);
const OUTCOMES = [
  { stack: "network.twin", succeeded: true, endedAt: new Date("2026-11-23T12:00:00.700Z") },
  { stack: "mail.twin", succeeded: false, endedAt: new Date("2026-11-23T12:01:00Z") },
];

test("each stack's outcome stands in a file of its own, in Prometheus's format", async () => {
  const directory = mkdtempSync(join(tmpdir(), "egov-stack-state-"));
  try {
    const onHost = async (host: { readonly name: string }, command: string) => {
      expect(host.name).toBe("mon1");
      execFileSync("sh", ["-c", command.replaceAll(TEXTFILES, directory)]);
      return { exitCode: 0, stdout: "", stderr: "" };
    };
    expect(await tellStackStates(province, { onHost }, OUTCOMES)).toBe(true);
    expect(readdirSync(directory).toSorted()).toEqual(["stack-mail.twin.prom", "stack-network.twin.prom"]);
    expect(readFileSync(join(directory, "stack-mail.twin.prom"), "utf8"))
      .toBe('stack_last_up_timestamp_seconds{stack="mail.twin"} 1795435260\nstack_last_up_success{stack="mail.twin"} 0\n');
  } finally {
    rmSync(directory, { recursive: true });
  }
});

test("a host that is not there takes nothing, and that is said", async () => {
  expect(await tellStackStates(province, { onHost: async () => ({ exitCode: 255, stdout: "", stderr: "unreachable" }) }, OUTCOMES)).toBe(false);
});
