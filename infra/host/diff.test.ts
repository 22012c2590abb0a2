import { expect, test } from "vitest";
import { compareConfigurations } from "./diff.ts";
import type { ConfigurationInputs } from "./inputs.ts";

const base: ConfigurationInputs = {
  host: "r-vinh",
  role: "router",
  connection: { address: "198.18.0.22", port: 22, user: "root", identityFile: "id", knownHostsFile: "known" },
  packages: ["frr", "nftables"],
  files: { "/etc/frr/frr.conf": { content: "x", mode: "0640" }, "/etc/motd": { content: "y" } },
  sysctls: { "net.ipv4.ip_forward": "1" },
  units: { "frr.service": { enabled: true, running: true } },
  services: [{ name: "frr", files: ["/etc/frr/"], reload: "true" }],
  secrets: { KEY: "s3cr3t" },
};

test.each<[string, Partial<ConfigurationInputs>, string[], string[]]>([
  ["nothing", {}, [], []],
  ["the order of packages", { packages: ["nftables", "frr"] }, [], []],
  ["defaults written out", { files: { ...base.files, "/etc/motd": { owner: "root:root", content: "y", mode: "0644" } } }, [], []],
  ["a file's text", { files: { ...base.files, "/etc/motd": { content: "z" } } }, ['files["/etc/motd"]'], []],
  ["a file's mode", { files: { ...base.files, "/etc/motd": { content: "y", mode: "0600" } } }, ['files["/etc/motd"]'], []],
  ["files come and gone", { files: { "/etc/issue": { content: "" }, "/etc/motd": { content: "y" } } }, ['files["/etc/frr/frr.conf"]', 'files["/etc/issue"]'], []],
  ["all files gone", { files: undefined }, ['files["/etc/frr/frr.conf"]', 'files["/etc/motd"]'], []],
  ["a package", { packages: ["frr"] }, ['packages["nftables"]'], []],
  ["a setting", { sysctls: { "net.ipv4.ip_forward": "0" } }, ['sysctls["net.ipv4.ip_forward"]'], []],
  ["a unit", { units: { "frr.service": { enabled: true, running: false } } }, ['units["frr.service"]'], []],
  ["a service", { services: [] }, ["services"], []],
  ["a secret", { secrets: { KEY: "other" } }, ['secrets["KEY"]'], []],
  ["how changes are guarded", { guard: { neighbours: { probe: "true", expected: {} } } }, [], []],
  ["the way to the host", { connection: { ...base.connection, port: 2222 } }, ["connection"], []],
  ["the host", { host: "r-namdan" }, ["host"], ["host"]],
  ["the role", { role: "other" }, ["role"], ["role"]],
])("%s", (_, change, changed, replaces) => {
  expect(compareConfigurations(base, { ...base, ...change })).toEqual({ changed, replaces });
});
