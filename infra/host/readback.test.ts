import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { applyConfiguration, removeConfiguration } from "./apply.ts";
import { compareConfigurations } from "./diff.ts";
import type { ConfigurationInputs } from "./inputs.ts";
import { readConfiguration } from "./readback.ts";
import { demoDaemon, inputsOf, startTestHost, together, type TestHost } from "./testing.ts";

let host: TestHost;
let stop: () => Promise<void>;
let state: ConfigurationInputs;

beforeAll(async () => ({ host, stop } = await startTestHost("read", 212)));
afterAll(() => stop?.());
beforeEach(async () => {
  const demo = together(demoDaemon("demo", "one\ntwo\nthree\n"), {
    files: {
      "/etc/demo/key": { content: "user {{secret:USER}}\nkey {{secret:KEY}} end\n", mode: "0640", owner: "root:frr" },
      "/etc/demo/tên có dấu": { content: "" },
    },
    sysctls: { "net.ipv4.ip_forward": "1", "net.ipv4.tcp_rmem": "4096 131072 6291456" },
  });
  state = { ...inputsOf(host, "demo", demo, { KEY: "s3cr3t-key", USER: "giám đốc" }), packages: ["frr", "nftables"] };
  await applyConfiguration(host.session, state);
});

async function drift(command: string): Promise<{ changed: readonly string[]; real: ConfigurationInputs }> {
  await host.sh(command);
  const real = await readConfiguration(host.session, state);
  return { changed: compareConfigurations(real!, state).changed, real: real! };
}

test("an untouched host reads as it was written", async () => {
  expect(await readConfiguration(host.session, state)).toEqual(state);
});

describe("drift", () => {
  test("of a line shows that line", async () => {
    const { changed, real } = await drift("sed -i s/two/zwei/ /etc/demo/demo.conf");
    expect(changed).toEqual(['files["/etc/demo/demo.conf"]']);
    expect(real.files?.["/etc/demo/demo.conf"]).toEqual({ content: "one\nzwei\nthree\n" });
  });

  test("of a removed file shows it absent", async () => {
    const { changed, real } = await drift("rm '/etc/demo/tên có dấu'");
    expect(changed).toEqual(['files["/etc/demo/tên có dấu"]']);
    expect(Object.keys(real.files!)).not.toContain("/etc/demo/tên có dấu");
  });

  test("of mode and owner shows them", async () => {
    const { real } = await drift("chmod 0600 /etc/demo/demo.conf; chown frr:frr /etc/demo/demo.conf");
    expect(real.files?.["/etc/demo/demo.conf"]).toEqual({ content: "one\ntwo\nthree\n", mode: "0600", owner: "frr:frr" });
  });

  test("beside a secret keeps it hidden", async () => {
    const { real } = await drift("echo more >> /etc/demo/key");
    expect(real.files?.["/etc/demo/key"]?.content).toBe("user {{secret:USER}}\nkey {{secret:KEY}} end\nmore\n");
  });

  test("of a secret shows that it is another one, but not which", async () => {
    const { changed, real } = await drift("sed -i s/s3cr3t-key/other-key/ /etc/demo/key");
    expect(changed).toEqual(['files["/etc/demo/key"]']);
    expect(real.files?.["/etc/demo/key"]?.content).toBe("user {{secret:USER}}\nkey {{changed on the host:KEY}} end\n");
  });

  test("of a file that became a link or a folder shows it", async () => {
    const { real } = await drift("ln -sf /etc/hostname /etc/demo/demo.conf; rm /etc/demo/key; mkdir /etc/demo/key");
    expect(real.files?.["/etc/demo/demo.conf"]?.content).toBe("symbolic link to /etc/hostname\n");
    expect(Object.keys(real.files!)).not.toContain("/etc/demo/key");
    await host.sh("rmdir /etc/demo/key");
  });

  test("of settings shows what holds now, or will after a boot", async () => {
    const { changed, real } = await drift("echo 0 > /proc/sys/net/ipv4/ip_forward; sed -i /tcp_rmem/d /etc/sysctl.d/60-egov-demo.conf");
    expect(changed).toEqual(['sysctls["net.ipv4.ip_forward"]', 'sysctls["net.ipv4.tcp_rmem"]']);
    expect(real.sysctls).toEqual({ "net.ipv4.ip_forward": "0" });
  });

  test("of a unit shows its state", async () => {
    const { real } = await drift("systemctl stop demo");
    expect(real.units).toEqual({ "demo.service": { enabled: true, running: false } });
    expect((await drift("systemctl start demo; systemctl disable -q demo")).real.units).toEqual({ "demo.service": { enabled: false, running: true } });
  });

  test("of a package shows it absent", async () => {
    const { changed, real } = await drift("sed -i '/^Package: nftables$/,/^Status/s/^Status: .*/Status: deinstall ok config-files/' /var/lib/dpkg/status");
    expect(changed).toEqual(['packages["nftables"]']);
    expect(real.packages).toEqual(["frr"]);
    await host.sh("sed -i '/^Package: nftables$/,/^Status/s/^Status: .*/Status: install ok installed/' /var/lib/dpkg/status");
  });
});

describe("removal", () => {
  test("leaves the host as it was before", async () => {
    await removeConfiguration(host.session, state);
    const snapshot = "find /etc /var/lib /usr/sbin -path /var/lib/private -prune -o -newermt 2000-01-01 -printf '%p %m %u:%g %s %l\\n' | sort; systemctl list-units --all --plain --no-legend demo.service frr.service; cat /proc/sys/net/ipv4/ip_forward";
    await host.sh("echo theirs > /etc/theirs; chmod 0604 /etc/theirs; echo 0 > /proc/sys/net/ipv4/ip_forward; systemctl daemon-reload");
    const before = await host.sh(snapshot);
    const wanted = { ...state, files: { ...state.files, "/etc/theirs": { content: "ours" } } };
    await applyConfiguration(host.session, wanted);
    expect(await host.sh(snapshot)).not.toBe(before);
    await removeConfiguration(host.session, wanted);
    expect(await host.sh(snapshot)).toBe(before);
    expect(await readConfiguration(host.session, state)).toBeUndefined();
  });

  test("does not stop what ran before", async () => {
    await removeConfiguration(host.session, state);
    await host.sh("printf '[Service]\\nExecStart=/bin/sleep infinity\\n[Install]\\nWantedBy=multi-user.target\\n' > /etc/systemd/system/theirs.service; systemctl daemon-reload; systemctl enable -q --now theirs");
    const wanted = inputsOf(host, "demo", { units: { "theirs.service": { enabled: false, running: false } } });
    expect(await applyConfiguration(host.session, wanted)).toEqual(["disabled theirs.service", "stopped theirs.service"]);
    expect(await removeConfiguration(host.session, wanted)).toEqual(["started theirs.service"]);
    expect(await host.sh("systemctl is-enabled theirs; systemctl is-active theirs")).toBe("enabled\nactive\n");
  });
});
