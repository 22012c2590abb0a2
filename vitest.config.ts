import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["**/*.test.ts"],
    exclude: ["node_modules/**"],
    testTimeout: 30_000,
    // Hosts are booted in hooks, and on a new machine their images are built before that, two at a time.
    hookTimeout: 300_000,
    setupFiles: ["scripts/lib/testSetup.ts"],
    // Files with real hosts mostly wait. Two at a time, the largest or, where the last run is remembered, the longest first.
    maxWorkers: 2,
  },
});
