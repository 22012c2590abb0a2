import { spawn } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import { lock, tryLock } from "./lock.ts";

const NAME = `test-${process.pid}`;

test("is held by one, names the holder, and can be given on", async () => {
  const held = await tryLock(NAME);
  expect(held).toHaveProperty("release");
  expect(await tryLock(NAME)).toEqual({ heldBy: process.pid });
  let told: number | undefined;
  const waiting = lock(NAME, undefined, (heldBy) => { told = heldBy; });
  await expect.poll(() => told).toBe(process.pid);
  if ("release" in held) await held.release();
  await (await waiting).release();
});

test("is free at once when its holder is killed", async () => {
  const program = `import { tryLock } from ${JSON.stringify(join(import.meta.dirname, "lock.ts"))}; await tryLock(${JSON.stringify(NAME)}); console.log("held"); setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ["--input-type=module-typescript", "--eval", program], { stdio: ["ignore", "pipe", "inherit"] });
  await new Promise((resolve) => child.stdout.once("data", resolve));
  expect(await tryLock(NAME)).toEqual({ heldBy: child.pid });
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGKILL");
  await ended;
  const free = await tryLock(NAME);
  expect(free).toHaveProperty("release");
  if ("release" in free) await free.release();
});
