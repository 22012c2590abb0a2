/** That an update stays on the machine: in a network of its own, whatever leaves the loopback addresses is counted. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { TestProject } from "./testing.ts";

vi.setConfig({ testTimeout: 120_000 });

let project: TestProject;
beforeEach(async () => {
  project = await TestProject.create();
});
afterEach(() => project.remove());

/** Everything has a way out here, to the counter. */
const GROUND = `set -e
ip link set lo up
ip route add default dev lo
ip -6 route add default dev lo 2>/dev/null || true
nft 'add table inet gap; add counter inet gap strangers; add chain inet gap out { type filter hook output priority 0; }'
nft 'add rule inet gap out ip daddr != 127.0.0.0/8 counter name strangers; add rule inet gap out ip6 daddr != ::1 counter name strangers'
"$@"
nft list counter inet gap strangers`;

async function inAGap(...command: string[]): Promise<{ stdout: string; strangers: number }> {
  const { stdout } = await promisify(execFile)("unshare", ["--net", "sh", "-c", GROUND, "sh", ...command]);
  return { stdout, strangers: Number(/packets (\d+)/.exec(stdout)?.[1]) };
}

test("the counter counts", async () => {
  expect((await inAGap("bash", "-c", "echo > /dev/udp/192.0.2.1/9")).strangers).toBe(1);
});

test("up, preview and destroy send nothing beyond the loopback addresses", async () => {
  await project.program(`new File("a"); export const answer = 42;`);
  const { onEvent: _mine, ...options } = project.options();
  const script = `
import { destroy, preview, up } from ${JSON.stringify(new URL("index.ts", import.meta.url).href)};
const options = ${JSON.stringify(options)};
for (const operation of [up, preview, destroy]) {
  const { succeeded, errors, counts } = await operation(options);
  console.log(JSON.stringify({ succeeded, errors, counts }));
}`;
  const { stdout, strangers } = await inAGap(process.execPath, "--input-type=module", "-e", script);
  const [made, same, gone] = stdout.split("\n").slice(0, 3).map((line) => JSON.parse(line) as { succeeded: boolean; counts: { create: number; same: number; delete: number } });
  expect(made).toMatchObject({ succeeded: true, counts: { create: 2 } });
  expect(same).toMatchObject({ succeeded: true, counts: { same: 2 } });
  expect(gone).toMatchObject({ succeeded: true, counts: { delete: 2 } });
  expect(strangers).toBe(0);
});
