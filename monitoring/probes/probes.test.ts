/** The probes' own reasoning, with vantages that answer as told; that they measure life is proven on the twin. */
import { expect, test } from "vitest";
import { probeNames } from "./names.ts";
import { probeReachability } from "./reachability.ts";
import type { CommandResult, Vantage } from "./vantage.ts";

function vantage(site: string, n: number, answer: (argv: readonly string[]) => Partial<CommandResult>): Vantage {
  return {
    site, address: { ipv4: `10.0.${n}.2`, ipv6: `fd00:${n}::2` },
    run: async (argv) => ({ exitCode: 0, stdout: "", stderr: "", ...answer(argv) }),
  };
}

/** Answers for every address that the command names, but those that are dead. */
const echoes = (dead: readonly string[]) => (argv: readonly string[]): Partial<CommandResult> => {
  const addresses = (argv.at(-1) ?? "").split(/\s+/).filter((word) => /^(10\.|fd00:)/.test(word));
  return { stdout: addresses.filter((address) => !dead.includes(address)).map((address) => `${address}\n`).join("") };
};

const SERVER = { name: "dns1", address: { ipv4: "10.9.9.9", ipv6: "fd00:9::9" } };

test("all pairs in both families are counted", async () => {
  const offices = ["a", "b", "c"].map((site, n) => vantage(site, n, echoes([])));
  expect(await probeReachability(offices, [SERVER])).toEqual({ sites: { reached: 3, total: 3 }, pairs: { reached: 6, total: 6 }, misses: [] });
});

test("one family that fails breaks the pair, and a server out of reach the site", async () => {
  const offices = [vantage("a", 0, echoes(["fd00:1::2"])), vantage("b", 1, echoes(["10.9.9.9"])), vantage("c", 2, echoes([]))];
  const report = await probeReachability(offices, [SERVER]);
  expect(report).toEqual({
    sites: { reached: 2, total: 3 }, pairs: { reached: 5, total: 6 },
    misses: [{ from: "a", to: "b", family: "ipv6" }, { from: "b", to: "dns1", family: "ipv4" }],
  });
});

test("a second look asks only for what was missed", async () => {
  const asked: string[] = [];
  const offices = ["a", "b"].map((site, n) => vantage(site, n, (argv) => { asked.push(`${site}: ${argv.at(-1)}`); return echoes([])(argv); }));
  const report = await probeReachability(offices, [SERVER], [{ from: "a", to: "b", family: "ipv4" }]);
  expect(report.misses).toEqual([]);
  expect(asked).toHaveLength(1);
  expect(asked[0]).toMatch(/^a: fping -4 .* 10\.0\.1\.2 /);
});

test("a probe that cannot measure is an error, not a miss", async () => {
  await expect(probeReachability([vantage("a", 0, () => ({ exitCode: 2, stderr: "fping: no permission" })), vantage("b", 1, echoes([]))], []))
    .rejects.toThrow("a: fping failed (2): fping: no permission");
});

test("an answer counts only from the server that was asked", async () => {
  const questions = ["10.9.9.8", "10.9.9.9"].map((server) => ({ server, name: "r.example.", type: "A" as const, answer: "10.1.1.1" }));
  const office = vantage("a", 0, () => ({ stdout: "10.1.1.1 from server 10.9.9.8 in 1 ms.\n10.6.6.6 from server 10.9.9.9 in 1 ms.\n" }));
  expect(await probeNames([office], () => questions)).toEqual({
    answered: 1, total: 2,
    misses: [{ from: "a", server: "10.9.9.9", name: "r.example.", type: "A", expected: "10.1.1.1", got: "10.6.6.6" }],
  });
  const silent = vantage("a", 0, () => ({}));
  expect((await probeNames([silent], () => questions)).misses.map((miss) => miss.got)).toEqual(["no answer", "no answer"]);
});
