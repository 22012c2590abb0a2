/** The rules and configurations under the tools that come with Prometheus and Alertmanager, from the image of the hosts. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { unsignedTls } from "../infra/pki/tls.ts";
import { ensureImage } from "../infra/twin/image.ts";
import { loadProvince } from "../inventory/index.ts";
import { CASES } from "../monitoring/rules/cases.ts";
import { alerts, ruleFiles } from "../monitoring/rules/files.ts";
import { promtoolTests } from "../monitoring/rules/promtool.ts";
import { monitoringDesign } from "../monitoring/server/design.ts";
import { imagePackages } from "./lib/packages.ts";

let image: string;
let directory: string;

beforeAll(async () => {
  image = (await ensureImage(imagePackages(provinceOf("small")), () => {})).root;
  directory = mkdtempSync(join(tmpdir(), "egov-rules-"));
}, 300_000);

afterAll(() => rmSync(directory, { recursive: true, force: true }));

function provinceOf(name: string) {
  return loadProvince(resolve(import.meta.dirname, "../inventory", name)).province;
}

/** Runs a program of the image. Throws with what it said when it fails. */
function run(program: string, ...argv: string[]): string {
  try {
    return execFileSync(join(image, "usr/bin", program), argv, { encoding: "utf8", stdio: "pipe" });
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    throw new Error(`${stdout}${stderr}`);
  }
}

function write(path: string, content: string): string {
  const full = join(directory, path);
  mkdirSync(dirname(full), { recursive: true });
  writeFileSync(full, content);
  return full;
}

describe.each(["small", "nghe-an"])("%s", (name) => {
  test("promtool takes the rules and Prometheus's configuration, amtool Alertmanager's", () => {
    const province = provinceOf(name);
    const { files = {} } = monitoringDesign(province, unsignedTls(province.certificates.keys())).get("mon1")!;
    for (const [path, file] of Object.entries(files)) if (path.startsWith("/etc/prometheus/")) write(`${name}${path}`, file.content);
    expect(run("promtool", "check", "config", join(directory, name, "etc/prometheus/prometheus.yml"))).toContain("SUCCESS");
    expect(run("amtool", "check-config", join(directory, name, "etc/prometheus/alertmanager.yml"))).toContain("SUCCESS");
  });
});

// promtool takes half a minute of a busy machine for all of them.
test("every alert fires in its example, with all labels, and not in the one beside it", { timeout: 180_000 }, () => {
  expect(run("promtool", "test", "rules", examples("true", alerts(provinceOf("small")), CASES))).toContain("SUCCESS");
});

test("an example that does not hold is found", () => {
  const { LinkDown } = CASES;
  const wrong = examples("false", [{ name: "LinkDown" }], { LinkDown: { ...LinkDown!, fires: LinkDown!.silent } });
  expect(() => run("promtool", "test", "rules", wrong)).toThrow("LinkDown");
});

/** Writes rules and their examples; returns the examples' path. */
function examples(folder: string, of: readonly { readonly name: string }[], cases: typeof CASES): string {
  const paths = ruleFiles(provinceOf("small")).map((file) => write(`${folder}/${file.name}`, file.content));
  return write(`${folder}/test.yml`, promtoolTests(of, cases, paths));
}
