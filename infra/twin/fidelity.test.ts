import { readdirSync } from "node:fs";
import { expect, test } from "vitest";
import { fidelity, fidelityOf, kernelFeatures, type KernelFeature } from "./fidelity.ts";

const allOf = (value: boolean) => new Proxy({}, { get: () => value }) as Readonly<Record<KernelFeature, boolean>>;
const stateOf = (value: boolean, aspect: string) => fidelityOf(allOf(value)).find((row) => row.aspect === aspect)?.state;

test.each(["link capacity", "traffic classes", "VRFs", "BGP session authentication"])("%s is claimed only where the kernel has it", (aspect) => {
  expect(stateOf(true, aspect)).toBe("enforced");
  expect(stateOf(false, aspect)).toBe("left out");
});

test("what no kernel gives is never claimed", () => {
  for (const aspect of ["clock", "distance and loss", "protection of state secrets"]) expect(stateOf(true, aspect)).toBe("left out");
});

test("tries the kernel itself, and leaves no interface behind", async () => {
  const before = readdirSync("/sys/class/net");
  const features = await kernelFeatures();
  // The twin's own wires need these; a machine on which its tests pass has them.
  expect(features).toMatchObject({ nftBridge: true, nftDscp: true });
  expect((await fidelity()).map(({ aspect }) => aspect)).toContain("links");
  expect(readdirSync("/sys/class/net").filter((name) => !before.includes(name) && /^(htb|fq|ne|vl|vrf|wg)\d/.test(name))).toEqual([]);
});
