import { describe, expect, test } from "vitest";
import { buildFailure, imageHash, imagePackages } from "./image.ts";

const MIRROR = { sources: [], sites: ["http://mirror.example/debian/"], settings: [], keyrings: [] };
const failureOf = (stderr: string): string => buildFailure({ code: 25, stdout: "", stderr }, MIRROR, "/cache/images").message;

describe("the name of an image", () => {
  test("follows from what is in it, not from the order or repetition of the list", () => {
    expect(imageHash(["frr", "bind9"])).toBe(imageHash(["bind9", "frr", "bind9", "systemd"]));
    expect(imageHash(["frr"])).not.toBe(imageHash(["bind9"]));
    expect(imagePackages(["frr"])).toContain("openssh-server");
  });
});

describe("a build that fails is told in one line", () => {
  test.each([
    ["an unknown package", "I: running apt-get\nE: Unable to locate package frrr\nE: apt-get failed", "Debian bookworm has no package frrr"],
    ["a mirror out of reach",
      "Err:1 http://mirror.example/debian bookworm InRelease\n  Could not connect to 127.0.0.1:9 (127.0.0.1). - connect (111: Connection refused)\nE: Failed to fetch\nE: mmdebstrap failed to run",
      "the package mirror http://mirror.example/debian/ cannot be reached, so the image of the hosts cannot be built"],
    ["a full disk", "dpkg: error processing archive: failed to write: No space left on device\nE: run_chroot failed",
      "the disk under /cache/images has no room for the image of the hosts: it ran full while building, 1500 MiB needed"],
    ["anything else", "I: start\nE: The repository is not signed\nE: mmdebstrap failed to run", "the image of the hosts cannot be built: E: The repository is not signed"],
  ])("%s", (_name, stderr, message) => {
    expect(failureOf(stderr)).toBe(message);
  });
});
