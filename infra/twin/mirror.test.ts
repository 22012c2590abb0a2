import { describe, expect, test } from "vitest";
import { mirrorFrom } from "./mirror.ts";

const TARGETS = `Packages Debian bookworm http://mirror.example/debian/ bookworm main
Packages Debian bookworm http://mirror.example/debian/ bookworm non-free-firmware
Translations Debian bookworm http://mirror.example/debian/ bookworm main
Packages Debian bookworm-security http://mirror.example/debian-security/ bookworm-security main
Packages Debian trixie http://mirror.example/debian/ trixie main
Packages Other bookworm http://other.example/apt/ bookworm main
`;
const CONFIGURATION = `Acquire "";
Acquire::http::Proxy "http://proxy.example:3128";
Acquire::IndexTargets::deb::Packages::Optional "0";
Acquire::Retries "3";
APT::Install-Recommends "1";
`;

describe("mirrorFrom", () => {
  test("takes Debian's own archives of the suite, one line an archive, and nobody else's", () => {
    const mirror = mirrorFrom(TARGETS, CONFIGURATION, "bookworm");
    expect(mirror.sources).toEqual([
      "deb http://mirror.example/debian/ bookworm main non-free-firmware",
      "deb http://mirror.example/debian-security/ bookworm-security main",
    ]);
    expect(mirror.sites).toEqual(["http://mirror.example/debian/", "http://mirror.example/debian-security/"]);
  });

  test("goes the way the machine's apt goes: proxies and retries, not its taste in packages", () => {
    expect(mirrorFrom(TARGETS, CONFIGURATION, "bookworm").settings).toEqual(
      ['Acquire::http::Proxy "http://proxy.example:3128";', 'Acquire::Retries "3";']);
  });

  test("says what to do where apt has no such archive", () => {
    expect(() => mirrorFrom("", "", "bookworm")).toThrow(
      "apt on this machine knows no Debian archive with bookworm, from which the image of the hosts is made");
  });
});
