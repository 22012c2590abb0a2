import { mkdir, mkdtemp, readdir, rm, utimes } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { pruneImages, touchImage } from "./imageCache.ts";

test("images that nobody uses go, but for the last few; a build under way stays", async () => {
  const folder = await mkdtemp(join(tmpdir(), "egov-images-"));
  try {
    for (const [age, name] of ["f", "e", "d", "c", "b", "a", ".a-build"].entries()) {
      await mkdir(join(folder, name));
      await utimes(join(folder, name), 1_000 + age, 1_000 + age);
    }
    // f is the oldest by far, but hosts run from it; d has just been used.
    await touchImage(folder, "d");
    await pruneImages(folder, new Set(["f"]));
    expect((await readdir(folder)).toSorted()).toEqual([".a-build", "a", "b", "c", "d", "f"]);
  } finally {
    await rm(folder, { recursive: true });
  }
});
