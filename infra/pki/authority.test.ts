import { X509Certificate } from "node:crypto";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createAuthority, issueCertificate, servesOn } from "./authority.ts";

const NAMES = ["mail.tinh-mau.gov.vn", "mbox1.tinh-mau.gov.vn"];
const DAY = 86_400_000;

test("a certificate is the authority's, for its names, and serves until a month before its end", async () => {
  const authority = await createAuthority("Tỉnh Mẫu", "tinh-mau.gov.vn");
  const issued = await issueCertificate(authority, NAMES);
  expect(servesOn(issued, authority, NAMES)).toBe(true);
  expect(new X509Certificate(issued.certificate).checkHost("mail.tinh-mau.gov.vn")).toBe("mail.tinh-mau.gov.vn");
  expect(servesOn(issued, authority, NAMES, new Date(Date.now() + 334 * DAY))).toBe(true);
  expect(servesOn(issued, authority, NAMES, new Date(Date.now() + 336 * DAY))).toBe(false);
});

test("other names, another authority, another key or no certificate at all do not serve", async () => {
  const authority = await createAuthority("Tỉnh Mẫu", "tinh-mau.gov.vn");
  const other = await createAuthority("Tỉnh Mẫu", "tinh-mau.gov.vn");
  const issued = await issueCertificate(authority, NAMES);
  expect(servesOn(issued, authority, NAMES.slice(0, 1))).toBe(false);
  expect(servesOn(issued, other, NAMES)).toBe(false);
  expect(servesOn({ ...issued, key: other.key }, authority, NAMES)).toBe(false);
  expect(servesOn({ certificate: "nonsense", key: issued.key }, authority, NAMES)).toBe(false);
});

test("OpenSSL accepts what the authority may sign, and refuses a name of somebody else", async () => {
  const directory = mkdtempSync(join(tmpdir(), "egov-authority-"));
  try {
    const authority = await createAuthority("Tỉnh Mẫu", "tinh-mau.gov.vn");
    const verdict = async (names: readonly string[]): Promise<string> => {
      writeFileSync(join(directory, "ca.pem"), authority.certificate);
      writeFileSync(join(directory, "own.pem"), (await issueCertificate(authority, names)).certificate);
      try {
        return execFileSync("openssl", ["verify", "-CAfile", "ca.pem", "own.pem"], { cwd: directory, encoding: "utf8", stdio: "pipe" }).trim();
      } catch (error) {
        return (error as { stderr: string }).stderr;
      }
    };
    expect(await verdict(NAMES)).toBe("own.pem: OK");
    expect(await verdict(["www.example.org"])).toContain("permitted subtree violation");
  } finally {
    rmSync(directory, { recursive: true });
  }
});
