import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { extract } from "tar-stream";
import { expect, test } from "vitest";
import { composeBundle, composeReading } from "./bundle.ts";
import type { ConfigurationInputs } from "./inputs.ts";
import { applyCall } from "./scripts.ts";

const wanted: ConfigurationInputs = {
  host: "r-vinh",
  role: "router",
  connection: { address: "198.18.0.22", port: 22, user: "root", identityFile: "id", knownHostsFile: "known" },
  packages: ["frr"],
  files: {
    "/etc/frr/frr.conf": { content: "key {{secret:KEY}}\n", mode: "0640", owner: "frr:frr" },
    "/etc/frr/tên có dấu": { content: "" },
    "/etc/motd": { content: "xin chào\n" },
  },
  sysctls: { "net.ipv4.tcp_rmem": "4096\t 65536 1048576", "net.ipv4.conf.eth0/100.rp_filter": "0" },
  units: { "frr.service": { enabled: true, running: false } },
  services: [
    { name: "frr", files: ["/etc/frr/frr.conf"], check: "check it", reload: "reload it", unit: "frr.service" },
    { name: "all", files: ["/etc/frr/"] },
  ],
  secrets: { KEY: "s3cr3t" },
};

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

async function entries(archive: Buffer): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for await (const entry of Readable.from([archive]).pipe(extract())) {
    const { name, mode, uname, gname } = entry.header;
    let text = "";
    for await (const chunk of entry) {
      text += (chunk as Buffer).toString("utf8");
    }
    found[`${name} ${mode?.toString(8)} ${uname}:${gname}`] = text;
  }
  return found;
}

test("the plan says what is wanted, without a secret", async () => {
  const { plan } = await composeBundle(wanted);
  const settings = "net.ipv4.conf.eth0/100.rp_filter = 0\nnet.ipv4.tcp_rmem = 4096\t 65536 1048576\n";
  expect(plan).toBe(`role router
package frr
service 0 frr.service frr
service 1 - all
file 0,1 ${sha256("key s3cr3t\n")} 0640 frr:frr /etc/frr/frr.conf
file 1 ${sha256("")} 0644 root:root /etc/frr/tên có dấu
file - ${sha256("xin chào\n")} 0644 root:root /etc/motd
file - ${sha256(settings)} 0644 root:root /etc/sysctl.d/60-egov-router.conf
risky /etc/frr/frr.conf
risky /etc/frr/tên có dấu
sysctl net/ipv4/tcp_rmem 4096 65536 1048576
sysctl net/ipv4/conf/eth0.100/rp_filter 0
unit 0 1 frr.service
end
`);
  const { command, input } = applyCall(plan, Buffer.from("key s3cr3t"));
  expect(command).toMatch(/^sh -c 'umask 077; eval "\$\(head -c "\$1"\)"' egov \d+ \d+ 10$/);
  expect(input.toString("utf8")).toContain("\napply \"$@\"\nrole router\n");
});

test("the archive holds what the host gets", async () => {
  const { archive } = await composeBundle(wanted);
  const found = await entries(archive);
  expect(found["stage/etc/frr/frr.conf 640 frr:frr"]).toBe("key s3cr3t\n");
  expect(found["stage/etc/frr/tên có dấu 644 root:root"]).toBe("");
  expect(found["commands/0.check 600 :"]).toBe("check it");
  expect(found["commands/0.reload 600 :"]).toBe("reload it");
  expect(JSON.parse(found["manifest 600 :"] ?? "")).toMatchObject({
    version: 1, host: "r-vinh", role: "router", services: ["frr", "all"],
    files: { "/etc/frr/frr.conf": { sha256: sha256("key s3cr3t\n"), mode: "0640", owner: "frr:frr" } },
  });
  expect(Object.keys(found)).toHaveLength(8);
});

test("a guarded change brings what takes it back, and the lines of the neighbours to look for", async () => {
  const neighbours = { probe: "look for them", expected: { "ospf2 link34 10.40.0.3": "agg1 (ospf2 on link34)" } };
  const { plan, archive } = await composeBundle({ ...wanted, guard: { neighbours } });
  expect(plan).toContain("\nguard\nneighbour ospf2 link34 10.40.0.3\n");
  const found = await entries(archive);
  expect(found["commands/neighbours 600 :"]).toBe("look for them");
  expect(found["revert 600 :"]).toMatch(/\nguard "\$@"\n$/);
});

test("files that decide who gets in are guarded even when only the last state had them; others are not", async () => {
  const plain = { ...wanted, files: { "/etc/motd": wanted.files!["/etc/motd"]! }, services: [], secrets: undefined };
  expect(Object.keys(await entries((await composeBundle(plain)).archive))).not.toContain("revert 600 :");
  const left = await composeBundle(plain, { ...plain, files: { "/etc/ssh/sshd_config": { content: "" }, "/etc/network/interfaces": { content: "" } } });
  expect(left.plan).toContain("\nlogin /etc/ssh/sshd_config\nrisky /etc/network/interfaces\n");
  expect(Object.keys(await entries(left.archive))).toContain("revert 600 :");
});

test("what the last state had and this one has not is told to those whose it was", async () => {
  const next = { ...wanted, files: { "/etc/motd": wanted.files!["/etc/motd"]! }, sysctls: {}, services: [{ name: "all", files: [] }] };
  const { plan, archive } = await composeBundle(next, wanted);
  expect(plan.split("\n").filter((line) => /^(service|parting|left)/.test(line))).toEqual([
    "service 0 - all",
    "parting 1 frr.service frr",
    "left 0,1 /etc/frr/frr.conf",
    "left 0 /etc/frr/tên có dấu",
    "left - /etc/sysctl.d/60-egov-router.conf",
  ]);
  expect(Object.keys(await entries(archive))).toContain("commands/1.reload 600 :");
  expect(Object.keys(await entries(archive))).not.toContain("commands/1.check 600 :");
});

test("a role that is to go asks for nothing", async () => {
  const { host, role, connection } = wanted;
  expect((await composeBundle({ host, role, connection }, wanted, true)).plan).toMatch(/^role router\nforget\nparting 0 frr\.service frr\nparting 1 - all\nleft 0,1 \/etc\/frr\/frr\.conf\n/);
});

test("a reading names everything to look at", () => {
  expect(composeReading(wanted)).toContain("file - - - - /etc/frr/tên có dấu\n");
  expect(composeReading(wanted)).toMatch(/\nend\n$/);
});
