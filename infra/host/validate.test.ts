import { unknownValue } from "@pulumi/pulumi/runtime/rpc.js";
import { expect, test } from "vitest";
import { validate } from "./validate.ts";

const good = {
  host: "r-vinh",
  role: "router",
  connection: { address: "198.18.0.22", port: 22, user: "root", identityFile: "id", knownHostsFile: "known" },
  packages: ["frr", "libstdc++6"],
  files: { "/etc/frr/frr.conf": { content: "key {{secret:KEY}}", mode: "0640", owner: "frr:frr" }, "/etc/tên có dấu": { content: "" } },
  sysctls: { "net.ipv4.conf.eth0/100.rp_filter": "0", "net.ipv4.tcp_rmem": "4096 65536 1048576" },
  units: { "frr.service": { enabled: true, running: true }, "wg-quick@wg0.service": { enabled: false, running: false } },
  services: [{ name: "frr", files: ["/etc/frr/"], check: "vtysh -C", reload: "true", unit: "frr.service" }],
  secrets: { KEY: "s3cr3t" },
};

test("good inputs pass, and so does what is not known yet", () => {
  expect(validate(good)).toEqual([]);
  for (const key of Object.keys(good)) {
    expect(validate({ ...good, [key]: unknownValue }).filter(({ property }) => property === key)).toEqual([]);
  }
  expect(validate({ host: "r", role: "r", connection: good.connection })).toEqual([]);
});

const file = (path: string, rest: object = {}) => ({ ...good, files: { ...good.files, [path]: { content: "", ...rest } } });
const service = (rest: object) => ({ ...good, services: [{ ...good.services[0], ...rest }] });

test.each<[object, string, string]>([
  [{ ...good, host: "r vinh" }, "host", '"r vinh" is not a host\'s name such as r-vinh'],
  [{ ...good, role: "../x" }, "role", '"../x" is not letters, digits, dots, dashes and underscores'],
  [{ ...good, connection: undefined }, "connection", "is missing: address, port, user, identityFile, knownHostsFile"],
  [{ ...good, connection: { ...good.connection, port: 0 } }, "connection.port", "0 is not a whole number from 1 to 65535"],
  [{ ...good, connection: { ...good.connection, user: undefined } }, "connection.user", "nothing is not a text"],
  [{ ...good, connection: { ...good.connection, timeoutSeconds: 601 } }, "connection.timeoutSeconds", "601 is not a whole number from 1 to 600"],
  [{ ...good, guard: "yes" }, "guard", '"yes" is not a table of names and values'],
  [{ ...good, guard: { neighbours: { expected: {} } } }, "guard.neighbours.probe", "nothing is not a command without secrets"],
  [{ ...good, guard: { neighbours: { probe: "true", expected: { "a\nb": "b" } } } }, "guard.neighbours.expected", '"a\\nb" is not a line that the probe prints'],
  [{ ...good, guard: { neighbours: { probe: "true", expected: { a: 1 } } } }, 'guard.neighbours.expected["a"]', "1 is not a text on one line"],
  [{ ...good, packages: ["frr", "FRR"] }, "packages[1]", '"FRR" is not a Debian package\'s name'],
  [{ ...good, packages: "frr" }, "packages", '"frr" is not a list'],
  [{ ...good, files: [] }, "files", "[] is not a table of names and values"],
  [file("etc/x"), 'files["etc/x"]', "a path begins with /"],
  [file("/etc/../x"), 'files["/etc/../x"]', "a path holds no empty part, . or .., and names a file"],
  [file("/etc/"), 'files["/etc/"]', "a path holds no empty part, . or .., and names a file"],
  [file("/etc/a\nb"), 'files["/etc/a\\nb"]', "a path holds no control character and does not end with a space"],
  [file(`/etc/${"ế".repeat(81)}`), `files["/etc/${"ế".repeat(81)}"]`, "a file's name has at most 240 bytes"],
  [file("/x", { mode: "644" }), 'files["/x"].mode', '"644" is not a mode of four octal digits such as 0644'],
  [file("/x", { mode: "0888" }), 'files["/x"].mode', '"0888" is not a mode of four octal digits such as 0644'],
  [file("/x", { owner: "root" }), 'files["/x"].owner', '"root" is not user:group such as root:root'],
  [file("/x", { content: 7 }), 'files["/x"].content', "7 is not a text"],
  [file("/x", { content: "{{secret:NONE}}", mode: "0600" }), 'files["/x"].content', 'asks for the secret "NONE", which is not in secrets'],
  [file("/x", { content: "{{secret:KEY}}" }), 'files["/x"].mode', '0644 lets everybody on the host read the secret "KEY"; 0640 does not'],
  [{ ...good, sysctls: { ip_forward: "1" } }, 'sysctls["ip_forward"]', "a setting's name has the form net.ipv4.ip_forward"],
  [{ ...good, sysctls: { "net.x": "1\n2" } }, 'sysctls["net.x"]', "\"1\\n2\" is not a setting's value on one line"],
  [file("/etc/sysctl.d/60-egov-router.conf"), 'files["/etc/sysctl.d/60-egov-router.conf"]', "is written from sysctls; name the file otherwise"],
  [{ ...good, units: { ...good.units, frr: { enabled: true, running: true } } }, 'units["frr"]', "a unit's name ends with its type: frr.service"],
  [{ ...good, units: { "frr.service": { enabled: true } } }, 'units["frr.service"].running', "nothing is neither true nor false"],
  [{ ...good, services: [good.services[0], good.services[0]] }, "services[1].name", '"frr" is the name of two services'],
  [service({ name: "f rr" }), "services[0].name", "\"f rr\" is not a service's name such as frr"],
  [service({ files: ["/etc/frr/frr.conf", "/etc/none"] }), "services[0].files[1]", '"/etc/none" is not in files'],
  [service({ unit: "bird.service" }), "services[0].unit", '"bird.service" is not in units'],
  [service({ check: " " }), "services[0].check", '" " is not a command'],
  [service({ reload: "x {{secret:KEY}}" }), "services[0].reload", "a command holds no secret: everybody on the host can read it while it runs"],
  [{ ...good, secrets: { KEY: "abc" } }, 'secrets["KEY"]', "is shorter than 4 characters"],
  [{ ...good, secrets: { ...good.secrets, "A B": "abcd" } }, 'secrets["A B"]', "a secret's name holds letters, digits, dots, dashes and underscores, and begins with a letter"],
])("%#: %o", (inputs, property, reason) => {
  expect(validate(inputs as Record<string, unknown>)).toEqual([{ property, reason }]);
});
