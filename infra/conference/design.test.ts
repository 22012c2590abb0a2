import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { loadProvince } from "../../inventory/index.ts";
import { validate } from "../host/validate.ts";
import { unsignedTls } from "../pki/tls.ts";
import { conferenceDesign } from "./design.ts";
import { CONFERENCE_SECRETS } from "./secrets.ts";

const inventory = (name: string) => loadProvince(resolve(import.meta.dirname, "../../inventory", name)).province;
const small = inventory("small");
const nghean = inventory("nghe-an");
const design = (province: typeof small) => conferenceDesign(province, unsignedTls(province.certificates.keys()));
const contentOf = (path: string): string => {
  const file = design(small).get("conf1")?.files?.[path];
  if (file === undefined) throw new Error(`conf1 has no ${path}`);
  return file.content;
};

describe("golden files", () => {
  test.each([
    "/etc/janus/janus.jcfg",
    "/etc/janus/janus.plugin.videoroom.jcfg",
    "/etc/janus/janus.transport.http.jcfg",
    "/etc/janus/janus.transport.websockets.jcfg",
    "/etc/systemd/system/janus.service.d/egov.conf",
    "/etc/sysctl.d/60-egov-conference.conf",
    "/etc/turnserver.conf",
    "/etc/systemd/system/coturn.service.d/egov.conf",
    "/etc/egov/conference-gate.json",
    "/etc/systemd/system/egov-conference-gate.service",
    "/etc/nginx/nginx.conf",
  ])("conf1 %s", async (path) => {
    await expect(contentOf(path)).toMatchFileSnapshot(`golden/conf1${path.replaceAll("/", "-")}`);
  });
});

describe.each([["small", small], ["nghe-an", nghean]] as const)("%s", (name, province) => {
  test("the same input gives the same bytes", () => {
    expect(JSON.stringify([...design(inventory(name))])).toBe(JSON.stringify([...design(province)]));
  });

  test("every conference host and no other has an intent that the provider takes", () => {
    const hosts = [...province.hosts.values()].filter(({ role }) => role === "conference").map((host) => host.name);
    expect([...design(province).keys()]).toEqual(hosts);
    const secrets = Object.fromEntries([...CONFERENCE_SECRETS, "key-conference"].map((secret) => [secret, "a secret of the tests"]));
    for (const intent of design(province).values()) {
      const connection = { address: "a", port: 22, user: "root", identityFile: "/k", knownHostsFile: "/h" };
      expect(validate({ host: "conf1", role: "conference", connection, secrets, ...intent })).toEqual([]);
    }
  });

  test("Janus has every room of the inventory", () => {
    const rooms = [...design(province).values()].map((intent) => intent.files?.["/etc/janus/janus.plugin.videoroom.jcfg"]?.content ?? "");
    for (const { slug } of province.conference.rooms) expect(rooms.join("")).toContain(`\nroom-${slug}: {\n`);
  });
});

test("every secret is asked for, and only files that not everybody may read ask", () => {
  const files = Object.values(design(small).get("conf1")?.files ?? {});
  const asked = files.flatMap(({ content }) => [...content.matchAll(/\{\{secret:([^}]+)\}\}/g)].map(([, secret]) => secret));
  expect(asked).toEqual(expect.arrayContaining([...CONFERENCE_SECRETS]));
  for (const { content, mode = "0644" } of files) if (content.includes("{{secret:")) expect(mode).toBe("0640");
});

describe("our own programs", () => {
  test("hold nothing of the machine that made them", () => {
    for (const path of ["/usr/local/lib/egov/conference-gate.cjs", "/usr/local/share/egov/conference/main.js"]) {
      expect(contentOf(path)).not.toContain(resolve(import.meta.dirname, "../.."));
    }
  });

  test("the gate is one file that Node takes", async () => {
    const folder = mkdtempSync(join(tmpdir(), "egov-gate-"));
    try {
      const path = join(folder, "gate.cjs");
      writeFileSync(path, contentOf("/usr/local/lib/egov/conference-gate.cjs"));
      await promisify(execFile)(process.execPath, ["--check", path]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test("the page loads nothing from elsewhere and runs nothing inline", () => {
    const page = contentOf("/usr/local/share/egov/conference/index.html");
    expect([...page.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, url]) => url)).toEqual(["/style.css", "/main.js"]);
    expect(page).not.toMatch(/ on\w+=|<style|style=|<script(?! type="module" src)/);
  });
});
