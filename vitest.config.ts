import { defineConfig } from "vitest/config";

/** Pictures that are coded and decoded while somebody else's province boots are late by that, not by what is tried. */
const ALONE = ["scripts/conference.test.ts"];
const NOT_OURS = ["node_modules/**"];

export default defineConfig({
  test: {
    // A limit is there to end what hangs: several times what a test takes on a machine that has other things to do.
    testTimeout: 30_000,
    // Hosts are booted in hooks, and on a new machine their images are built before that, two at a time.
    hookTimeout: 300_000,
    setupFiles: ["scripts/lib/testSetup.ts"],
    // Files with real hosts mostly wait. Two at a time, the largest or, where the last run is remembered, the longest first.
    maxWorkers: 2,
    projects: [
      { extends: true, test: { name: "beside others", include: ["**/*.test.ts"], exclude: [...NOT_OURS, ...ALONE] } },
      { extends: true, test: { name: "alone", include: ALONE, exclude: NOT_OURS, sequence: { groupOrder: 1 }, maxWorkers: 1 } },
    ],
  },
});
