import { createPublicKey } from "node:crypto";
import { resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { loadProvince } from "../../inventory/index.ts";
import type { Province } from "../../inventory/model.ts";
import { unsignedTls } from "../pki/tls.ts";
import { mailDesign } from "./design.ts";
import { createDkimKey, dkimRecord, txt } from "./dkim.ts";
import { mailboxes } from "./names.ts";

const inventory = (name: string) => loadProvince(resolve(import.meta.dirname, "../../inventory", name)).province;
const small = inventory("small");
const nghean = inventory("nghe-an");
const design = (province: Province) => mailDesign(province, unsignedTls(province.certificates.keys()));

describe("golden files", () => {
  test.each([
    ["mx1", "/etc/postfix/main.cf"],
    ["mx1", "/etc/postfix/recipients"],
    ["mx1", "/etc/postfix/groups"],
    ["mx1", "/etc/rspamd/override.d/options.inc"],
    ["mx1", "/etc/rspamd/override.d/dkim_signing.conf"],
    ["mx1", "/etc/unbound/unbound.conf"],
    ["mx1", "/etc/systemd/system/postfix@-.service.d/egov.conf"],
    ["mbox1", "/etc/dovecot/dovecot.conf"],
    ["mbox1", "/etc/dovecot/passwords"],
    ["mbox1", "/etc/dovecot/mailboxes"],
    ["dns1", "/etc/bind/records/mail"],
    ["bo-mau", "/etc/postfix/main.cf"],
    ["bo-mau", "/etc/bind/named.conf"],
  ])("%s %s", async (host, path) => {
    const content = design(small).get(host)?.files?.[path]?.content;
    await expect(content).toMatchFileSnapshot(`golden/${host}${path.replaceAll("/", "-")}`);
  });
});

describe.each([["small", small], ["nghe-an", nghean]] as const)("%s", (name, province) => {
  test("the same input gives the same bytes", () => {
    expect(JSON.stringify([...design(inventory(name))])).toBe(JSON.stringify([...design(province)]));
  });

  test("every mailbox has one address, and the exchanger takes mail for exactly these", () => {
    const all = mailboxes(province).map(({ address }) => address);
    expect(new Set(all).size).toBe(all.length);
    const listed = design(province).get("mx1")!.files!["/etc/postfix/recipients"]!.content.trimEnd().split("\n").map((line) => line.split(" ")[0]);
    expect(listed).toEqual(all);
  });

  test("secrets stand only in files that not everybody on a host reads", () => {
    for (const [, { files = {} }] of design(province)) {
      for (const { content, mode = "0644" } of Object.values(files)) if (content.includes("{{secret:")) expect(mode).toMatch(/^0[0-7][0-7]0$/);
    }
  });
});

test("a person without a hash has a mailbox and no password", () => {
  const hash = `$6$abcdefgh$${"a".repeat(86)}`;
  const [first, ...rest] = small.people.people;
  const province = { ...small, people: { ...small.people, people: [{ ...first!, passwordHash: hash, quotaMiB: 7 }, ...rest] } };
  const files = design(province).get("mbox1")!.files!;
  const passwords = files["/etc/dovecot/passwords"]!.content;
  expect(passwords).toContain(`quan-tri@tinh-mau.gov.vn:{SHA512-CRYPT}${hash}\n`);
  expect(passwords).not.toContain("vanthu.somau");
  expect(files["/etc/dovecot/mailboxes"]!.content).toMatch(/^quan-tri@tinh-mau\.gov\.vn:::::::userdb_quota_rule=\*:storage=7M$/m);
});

test("a province without mail hosts has no design for them", () => {
  const hosts = new Map([...small.hosts].filter(([, host]) => host.role !== "mail-exchanger" && host.role !== "mailbox"));
  expect(design({ ...small, hosts }).size).toBe(0);
});

describe("DKIM", () => {
  test("a key's record holds its public half", () => {
    const key = createDkimKey();
    const record = dkimRecord(key);
    expect(record).toMatch(/^"v=DKIM1; k=rsa; p=[^"]+" "[^"]+"$/);
    const text = [...record.matchAll(/"([^"]*)"/g)].map((match) => match[1]).join("");
    const publicKey = createPublicKey({ key: Buffer.from(text.split("p=")[1]!, "base64"), format: "der", type: "spki" });
    expect(publicKey.asymmetricKeyDetails?.modulusLength).toBe(2048);
    expect(createPublicKey(key).equals(publicKey)).toBe(true);
  });

  test("two keys differ", () => expect(createDkimKey()).not.toBe(createDkimKey()));

  test("a text of more than 255 bytes is cut", () => {
    expect(txt("a".repeat(300))).toBe(`"${"a".repeat(255)}" "${"a".repeat(45)}"`);
    expect(txt("")).toBe('""');
  });
});
