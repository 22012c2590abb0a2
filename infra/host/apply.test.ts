import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { applyConfiguration, removeConfiguration } from "./apply.ts";
import { wentBack } from "./confirm.ts";
import type { ConfigurationInputs } from "./inputs.ts";
import type { HostIntent } from "./intent.ts";
import { demoDaemon, inputsOf, startTestHost, together, type TestHost } from "./testing.ts";

let host: TestHost;
let stop: () => Promise<void>;
let current: ConfigurationInputs | undefined;

beforeAll(async () => ({ host, stop } = await startTestHost("apply", 211)));
afterAll(() => stop?.());
afterEach(async () => {
  if (current !== undefined) {
    await removeConfiguration(host.session, current);
  }
  current = undefined;
});

async function apply(intent: HostIntent, secrets?: Record<string, string>): Promise<string[]> {
  const wanted = inputsOf(host, "demo", intent, secrets);
  const done = await applyConfiguration(host.session, wanted, current);
  current = wanted;
  return done;
}

async function started(...units: string[]): Promise<string[]> {
  const times = await host.sh(`systemctl show -p ExecMainStartTimestampMonotonic --value ${units.join(" ")}`);
  return times.split("\n").filter((line) => line !== "");
}

describe("a change", () => {
  test("writes files with their mode and owner, sets settings, enables and starts units", async () => {
    const content = `${"0123456789abcde\n".repeat(65_536)}\u0001\ttab, "quotes", $HOME \`x\` \\n và tiếng Việt\n`;
    const done = await apply(together(demoDaemon("demo", "one\n"), {
      files: {
        "/etc/demo/tên có dấu cách.conf": { content, mode: "4750", owner: "frr:frrvty" },
        "/etc/demo/empty": { content: "" },
        "/etc/demo/no newline 'quoted' $HOME": { content: "no newline" },
      },
      sysctls: { "net.ipv4.ip_forward": "1", "net.ipv4.tcp_rmem": "4096 65536 1048576" },
    }));
    expect(done).toEqual([
      "wrote /etc/demo/demo.conf",
      "wrote /etc/demo/empty",
      "wrote /etc/demo/no newline 'quoted' $HOME",
      "wrote /etc/demo/tên có dấu cách.conf",
      "wrote /etc/sysctl.d/60-egov-demo.conf",
      "wrote /etc/systemd/system/demo.service",
      "set net/ipv4/ip_forward",
      "set net/ipv4/tcp_rmem",
      "enabled demo.service",
      "started demo.service",
    ]);
    expect(await host.sh("stat -c '%04a %U:%G %s' /etc/demo/tên*; cat /etc/demo/no*; stat -c ' %04a %U:%G' /etc/demo /etc/demo/empty"))
      .toBe(`4750 frr:frrvty ${Buffer.byteLength(content)}\nno newline 0755 root:root\n 0644 root:root\n`);
    expect(await host.sh("cat /etc/demo/tên*")).toBe(content);
    expect(await host.sh("cat /proc/sys/net/ipv4/ip_forward /etc/sysctl.d/60-egov-demo.conf; systemctl is-active demo; systemctl is-enabled demo"))
      .toBe("1\nnet.ipv4.ip_forward = 1\nnet.ipv4.tcp_rmem = 4096 65536 1048576\nactive\nenabled\n");
    expect(await host.sh("stat -c '%a %U' /var/lib/egov/configurations/demo.json; find /var/lib/egov/work -mindepth 1; find /etc -name '.*egov'"))
      .toBe("600 root\n");
  });

  test("runs nothing when the host has it all", async () => {
    const intent = demoDaemon("demo", "one\n");
    await apply(intent);
    const before = await started("demo");
    expect(await apply(intent)).toEqual([]);
    expect(await started("demo")).toEqual(before);
  });

  test("tells only the service whose file changed", async () => {
    await apply(together(demoDaemon("demo", "one\n"), demoDaemon("other", "one\n")));
    const [demo, other] = await started("demo", "other");
    expect(await apply(together(demoDaemon("demo", "two\n"), demoDaemon("other", "one\n"))))
      .toEqual(["wrote /etc/demo/demo.conf", "reloaded demo"]);
    const [demoAfter, otherAfter] = await started("demo", "other");
    expect(demoAfter).not.toBe(demo);
    expect(otherAfter).toBe(other);
  });

  test("of a mode or an owner alone is one, too", async () => {
    await apply({ files: { "/etc/demo.conf": { content: "x\n" } } });
    expect(await apply({ files: { "/etc/demo.conf": { content: "x\n", mode: "0600" } } })).toEqual(["wrote /etc/demo.conf"]);
    expect(await apply({ files: { "/etc/demo.conf": { content: "x\n", mode: "0600", owner: "frr:frr" } } })).toEqual(["wrote /etc/demo.conf"]);
    expect(await host.sh("stat -c '%a %U:%G' /etc/demo.conf")).toBe("600 frr:frr\n");
  });

  test("takes back drift that the plan does not know of", async () => {
    const intent = demoDaemon("demo", "one\n");
    await apply(intent);
    await host.sh("echo two > /etc/demo/demo.conf; systemctl stop demo; systemctl disable demo");
    expect(await apply(intent)).toEqual(["wrote /etc/demo/demo.conf", "enabled demo.service", "started demo.service"]);
  });

  test("replaces a symbolic link by the file, and puts the link back in the end", async () => {
    await host.sh("echo theirs > /etc/theirs; ln -s /etc/theirs /etc/demo.link");
    await apply({ files: { "/etc/demo.link": { content: "ours\n" } } });
    expect(await host.sh("readlink /etc/demo.link; cat /etc/demo.link /etc/theirs")).toBe("ours\ntheirs\n");
    await apply({});
    expect(await host.sh("readlink /etc/demo.link; rm /etc/demo.link /etc/theirs")).toBe("/etc/theirs\n");
  });

  test("puts back what a file no longer wanted had replaced, and tells its service", async () => {
    await host.sh("mkdir /etc/demo; echo theirs > /etc/demo/extra; chmod 0640 /etc/demo/extra");
    const demo = demoDaemon("demo", "one\n");
    const service = { ...demo.services![0]!, files: ["/etc/demo/"] };
    await apply({ ...demo, files: { ...demo.files, "/etc/demo/extra": { content: "ours\n" }, "/etc/demo/new": { content: "ours\n" } }, services: [service] });
    expect(await apply({ ...demo, services: [service] })).toEqual(["removed /etc/demo/extra", "removed /etc/demo/new", "reloaded demo"]);
    expect(await host.sh("cat /etc/demo/extra; stat -c %a /etc/demo/extra; ls /etc/demo")).toBe("theirs\n640\ndemo.conf\nextra\n");
    await removeConfiguration(host.session, current!);
    current = undefined;
    expect(await host.sh("ls /etc/demo; rm -r /etc/demo")).toBe("extra\n");
  });
});

describe("a secret", () => {
  test("reaches the file, but no argument, message or plan", async () => {
    const demo = demoDaemon("demo", "");
    const files = { ...demo.files, "/etc/demo/demo.conf": { content: "key {{secret:KEY}}\n", mode: "0600" } };
    const service = { ...demo.services![0]!, reload: "cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ > /tmp/seen 2>/dev/null; systemctl restart demo" };
    await apply({ ...demo, files, services: [service] }, { KEY: "s3cr3t-one" });
    await apply({ ...demo, files, services: [service] }, { KEY: "s3cr3t-two" });
    expect(await host.sh("cat /etc/demo/demo.conf; grep -c s3cr3t- /tmp/seen; grep -rl s3cr3t- /var/lib/egov; rm /tmp/seen")).toBe("key s3cr3t-two\n0\n");
    const refused = { ...files, "/etc/demo/demo.conf": { content: "refused {{secret:KEY}}\n", mode: "0600" } };
    const check = 'cat "$STAGE/etc/demo/demo.conf"; exit 1';
    await expect(apply({ ...demo, files: refused, services: [{ ...service, check }] }, { KEY: "s3cr3t-two" }))
      .rejects.toThrow("cat refuses /etc/demo/demo.conf: refused {{secret:KEY}}");
  });
});

describe("a refusal", () => {
  test("by the check replaces nothing", async () => {
    await apply(demoDaemon("demo", "one\n"));
    const before = await started("demo");
    await expect(apply(together(demoDaemon("demo", "refused\n"), { files: { "/etc/aside": { content: "x" } } })))
      .rejects.toThrow(/^demo refuses \/etc\/demo\/demo\.conf: \/etc\/demo\/demo\.conf:1: refused$/);
    expect(await host.sh("cat /etc/demo/demo.conf; ls /etc/aside")).toMatch(/^one\nls: cannot access/);
    expect(await started("demo")).toEqual(before);
    expect(await apply(demoDaemon("demo", "one\n"))).toEqual([]);
  });

  test("by FRR's own checker names the line", async () => {
    const intent: HostIntent = {
      files: { "/etc/frr/frr.conf": { content: "hostname core\nrouter ospf\n no such thing\n", mode: "0640", owner: "frr:frr" } },
      services: [{ name: "frr", files: ["/etc/frr/"], check: 'vtysh -C -f "$STAGE/etc/frr/frr.conf"' }],
    };
    const before = await host.sh("sha256sum /etc/frr/frr.conf");
    await expect(apply(intent)).rejects.toThrow(/^vtysh refuses \/etc\/frr\/frr\.conf: line 3: % Unknown command.*no such thing$/);
    expect(await host.sh("sha256sum /etc/frr/frr.conf; ls -d /var/lib/egov")).toMatch(new RegExp(`^${before}ls: cannot access`));
  });

  test("by a reload brings the old files and the daemon back", async () => {
    await apply(together(demoDaemon("demo", "one\n"), { sysctls: { "net.ipv4.ip_forward": "0" } }));
    await expect(apply(together(demoDaemon("demo", "broken\n"), { files: { "/etc/aside/x": { content: "x" } }, sysctls: { "net.ipv4.ip_forward": "1" } })))
      .rejects.toThrow(/^demo does not take the new files, everything is back as it was: .*demo: line 1 is broken/);
    expect(await host.sh("cat /etc/demo/demo.conf /proc/sys/net/ipv4/ip_forward; systemctl is-active demo; ls /etc/aside")).toMatch(/^one\n0\nactive\nls: cannot access/);
    expect(await apply(together(demoDaemon("demo", "one\n"), { sysctls: { "net.ipv4.ip_forward": "0" } }))).toEqual([]);
  });

  test("by a start leaves the host as it was", async () => {
    await expect(apply(demoDaemon("demo", "broken\n"))).rejects.toThrow(/^demo\.service does not start, everything is back as it was: .*demo: line 1 is broken/);
    expect(await host.sh("ls -d /etc/demo /etc/systemd/system/demo.service /var/lib/egov 2>/dev/null; systemctl is-enabled demo 2>&1")).toMatch(/^Failed to get unit file state/);
  });

  test.each<[string, HostIntent, RegExp]>([
    ["an unknown owner", { files: { "/etc/demo.conf": { content: "", owner: "nobody-here:root" } } }, /^\/etc\/demo\.conf: the host has no such user or group as nobody-here:root$/],
    ["a directory in the way", { files: { "/etc/frr": { content: "" } } }, /^cannot write \/etc\/frr: it is a directory$/],
    ["a file in the way", { files: { "/etc/hostname/x": { content: "" } } }, /^cannot write \/etc\/hostname: .*File exists|Not a directory/],
    ["an unknown setting", { sysctls: { "net.ipv4.nothing": "1" } }, /^the setting net\.ipv4\.nothing: this kernel has no such setting; everything is back as it was$/],
    ["a value that the kernel refuses", { sysctls: { "net.ipv4.ip_default_ttl": "9999" } }, /^the setting net\.ipv4\.ip_default_ttl: the kernel refuses 9999; everything is back as it was$/],
    ["an unknown unit", { units: { "nothing.service": { enabled: true, running: true } } }, /^nothing\.service does not start, everything is back as it was: there is no such unit$/],
    ["an unknown package", { packages: ["egov-nothing"] }, /^the packages egov-nothing cannot be installed: E: Unable to locate package egov-nothing$/],
  ])("of %s says so and leaves nothing", async (_, intent, message) => {
    await expect(apply(intent)).rejects.toThrow(message);
    expect(await host.sh("ls -d /var/lib/egov /usr/sbin/policy-rc.d /etc/sysctl.d/60-egov* 2>/dev/null")).toBe("");
  });

  test("of a file that another role has names that role", async () => {
    await apply({ files: { "/etc/demo.conf": { content: "x" } } });
    await expect(applyConfiguration(host.session, inputsOf(host, "second", { files: { "/etc/demo.conf": { content: "y" } } })))
      .rejects.toThrow("/etc/demo.conf belongs to the role demo already");
  });
});

describe("an interruption", () => {
  test("while a service is told is made up for by the next run", async () => {
    await apply(demoDaemon("demo", "one\n"));
    const before = await started("demo");
    const killed = demoDaemon("demo", "two\n");
    await expect(apply({ ...killed, services: [{ ...killed.services![0]!, reload: "pkill -9 -f '^sh -c umask 077'" }] }))
      .rejects.toThrow(/the change ended|connection was lost/);
    expect(await host.sh("cat /etc/demo/demo.conf")).toBe("two\n");
    expect(await started("demo")).toEqual(before);
    expect(await apply(killed)).toEqual(["reloaded demo"]);
    expect(await started("demo")).not.toEqual(before);
    expect(await apply(killed)).toEqual([]);
  });

  test("of the connection takes the change back, and the next run makes it", async () => {
    await apply(demoDaemon("demo", "one\n"));
    const session = await startSession();
    const cut = demoDaemon("demo", "two\n");
    const running = applyConfiguration(session, inputsOf(host, "demo", { ...cut, services: [{ ...cut.services![0]!, reload: "sleep 1; systemctl restart demo" }] }), current);
    setTimeout(() => session.close(), 600);
    await expect(running).rejects.toThrow("the connection was lost in the middle; the next run finishes the change");
    expect(await apply(cut)).toEqual(["wrote /etc/demo/demo.conf", "reloaded demo"]);
    expect(await host.sh("cat /etc/demo/demo.conf")).toBe("two\n");
  });

  test("of the way to the host by the change itself takes it back", { timeout: 60_000 }, async () => {
    const rules = "#!/usr/sbin/nft -f\nflush ruleset\ntable inet t { chain c { type filter hook input priority 0; policy accept; tcp dport 22 ct state new drop; }; }\n";
    const fallback = "#!/usr/sbin/nft -f\nflush ruleset\n";
    const intent = (content: string): HostIntent => ({
      files: { "/etc/demo.nft": { content } },
      services: [{ name: "nftables", files: ["/etc/demo.nft"], check: 'nft -c -f "$STAGE/etc/demo.nft"', reload: "nft -f /etc/demo.nft" }],
    });
    await apply(intent(fallback));
    await expect(apply(intent(rules))).rejects.toThrow("it could not be reached after the change, everything is back as it was: no new connection is answered");
    expect(await host.sh("nft list ruleset; cat /etc/demo.nft")).toBe(fallback);
  });
});

describe("a guarded change", () => {
  const guarded = (content: string, more: Partial<HostIntent> = {}): HostIntent => ({ ...demoDaemon("demo", content), guard: {}, ...more });
  const told = (content: string, reload: string, more: Partial<HostIntent> = {}): HostIntent => {
    const demo = demoDaemon("demo", content);
    return { ...demo, services: [{ ...demo.services![0]!, reload }], guard: {}, ...more };
  };
  const leftovers = "ls /etc/systemd/system/egov-revert.service /etc/systemd/system/sysinit.target.wants /run/egov.armed 2>/dev/null; "
    + "find /var/lib/egov/work -mindepth 1; systemctl list-units --plain --no-legend 'egov-*'";
  /** A reload that ends the run in the middle of the change, and takes the old file as usual. */
  const killing = (before: string, after: string): string =>
    `systemctl restart demo; grep -q one /etc/demo/demo.conf || { ${before}; pkill -9 -f '^sh -c umask 077'; ${after}; }`;
  const isBack = async (): Promise<void> => {
    await expect.poll(() => host.sh(leftovers), { timeout: 20_000 }).toBe("");
    expect(await host.sh("cat /etc/demo/demo.conf; systemctl is-active demo; ls /etc/aside 2>/dev/null")).toBe("one\nactive\n");
    expect(await apply(guarded("one\n"))).toEqual([]);
  };

  test("is armed while it waits for its confirmation, and leaves nothing behind", async () => {
    const seen = "ls /etc/systemd/system/egov-revert.service; systemctl list-units --plain --no-legend 'egov-confirm-*' | grep -c running";
    await apply(guarded("one\n"));
    await apply(told("two\n", `{ ${seen}; } > /tmp/seen; systemctl restart demo`));
    expect(await host.sh("cat /tmp/seen; rm /tmp/seen")).toBe("/etc/systemd/system/egov-revert.service\n1\n");
    await expect.poll(() => host.sh(leftovers), { timeout: 20_000 }).toBe("");
  });

  test("comes back by itself when its run is killed, with what it had begun to tell", async () => {
    await apply(guarded("one\n"));
    const before = await started("demo");
    const aside = { "/etc/aside": { content: "x" } };
    const killed = told("two\n", killing("true", "sleep 20; echo late > /etc/demo/demo.conf"));
    const fate = await apply({ ...killed, files: { ...killed.files, ...aside } }).then(() => "made", (error: Error) => error.message);
    expect(fate).toMatch(/(the change ended|the connection was lost).*the host goes back by itself to what it had/);
    expect(wentBack(fate)).toBe(true);
    await isBack();
    expect(await started("demo")).not.toEqual(before);
    // What the dead run had begun ended with it.
    expect(await host.sh("pgrep -fa '[s]leep 20'")).toBe("");
  });

  test("comes back by itself when its run hangs, which is ended", async () => {
    await apply(guarded("one\n"));
    // A second guard that has less patience than the one of three minutes that the run started itself.
    const folder = "/var/lib/egov/work/demo";
    const hanging = `grep -q one /etc/demo/demo.conf || { systemd-run -q --collect sh ${folder}/revert armed demo $(cat ${folder}/armed) 1; sleep 600; }; systemctl restart demo`;
    await expect(apply(told("two\n", hanging))).rejects.toThrow("the host goes back by itself to what it had");
    await isBack();
    expect(await host.sh("pgrep -fa '[s]leep 600'")).toBe("");
  });

  test("comes back before the next run, should that come first", async () => {
    await apply(guarded("one\n"));
    const killed = told("two\n", killing("systemctl kill -s STOP 'egov-confirm-*'", "true"));
    await expect(apply(killed)).rejects.toThrow("goes back by itself");
    expect(await host.sh("cat /etc/demo/demo.conf")).toBe("two\n");
    expect(await apply(guarded("one\n"))).toEqual(["took back an unconfirmed change of demo"]);
    await host.sh("systemctl kill -s CONT 'egov-confirm-*'");
    await isBack();
  });

  test("comes back at the next boot, should the host go down", async () => {
    await apply(guarded("one\n"));
    const killed = told("two\n", killing("systemctl kill -s STOP 'egov-confirm-*'", "true"));
    await expect(apply(killed)).rejects.toThrow("goes back by itself");
    host = await host.rebooted();
    await isBack();
    expect(await host.sh("journalctl -b -u egov-revert -o cat --no-pager; systemctl --failed --no-legend")).toContain("was not confirmed");
  });

  test("loses nobody: those who were up must be heard of again, those who were down do not count", { timeout: 60_000 }, async () => {
    const neighbours = { probe: "cat /etc/demo/seen; [ $AGE_MILLISECONDS = 0 ] || [ $AGE_MILLISECONDS -lt 2000 ] || cat /etc/demo/late", expected: { a: "agg1 (ospf2 on link34)", b: "b", c: "c (bfd4 on link35)" } };
    const sees = (seen: string, late: string): HostIntent => {
      const demo = demoDaemon("demo", "one\n");
      return { ...demo, guard: { neighbours }, files: { ...demo.files, "/etc/demo/seen": { content: seen }, "/etc/demo/late": { content: late } } };
    };
    await apply(sees("a\nc\n", ""));
    expect(await apply(sees("a\n", "c\n"))).toContain("wrote /etc/demo/seen");
    await expect(apply(sees("x\n", "")))
      .rejects.toThrow(/^its neighbours agg1 \(ospf2 on link34\) are not back 20 s after the change; everything is back as it was$/);
    expect(await host.sh("cat /etc/demo/seen")).toBe("a\n");
    process.env["EGOV_CONFIRM"] = "reach";
    try {
      expect(await apply(sees("x\n", ""))).toContain("wrote /etc/demo/seen");
      process.env["EGOV_CONFIRM"] = "hope";
      await expect(apply(sees("a\n", ""))).rejects.toThrow("EGOV_CONFIRM is 'hope'");
    } finally {
      delete process.env["EGOV_CONFIRM"];
    }
  });

  test("of who may log in is confirmed by a login", { timeout: 60_000 }, async () => {
    const shut = { files: { "/etc/ssh/sshd_config.d/10-demo.conf": { content: "AllowUsers nobody\n" } }, services: [{ name: "ssh", files: ["/etc/ssh/sshd_config.d/10-demo.conf"], reload: "systemctl reload ssh" }] };
    await expect(apply(shut)).rejects.toThrow(/^it could not be reached after the change, everything is back as it was: no new login: refuses the key/);
    expect(await host.sh("ls /etc/ssh/sshd_config.d")).toBe("00-host.conf\n");
    (await startSession()).close();
  });
});

test("missing packages are installed, and nothing of them starts before it is configured", async () => {
  await host.sh(`set -e
    mkdir -p /tmp/deb/DEBIAN /srv/repo; cd /srv/repo
    printf 'Package: egov-demo\\nVersion: 1\\nArchitecture: all\\nMaintainer: x <x@example.org>\\nDescription: x\\n' > /tmp/deb/DEBIAN/control
    printf '#!/bin/sh\\ncat /usr/sbin/policy-rc.d > /tmp/policy\\n' > /tmp/deb/DEBIAN/postinst; chmod 755 /tmp/deb/DEBIAN/postinst
    dpkg-deb -b /tmp/deb egov-demo.deb
    { cat /tmp/deb/DEBIAN/control; echo "Filename: ./egov-demo.deb"; echo "Size: $(stat -c %s egov-demo.deb)"; echo "SHA256: $(sha256sum < egov-demo.deb | cut -d' ' -f1)"; } > Packages
    rm -f /etc/apt/sources.list /etc/apt/sources.list.d/*; echo 'deb [trusted=yes] file:/srv/repo ./' > /etc/apt/sources.list`);
  expect(await apply({ packages: ["frr", "egov-demo"] })).toEqual(["installed egov-demo"]);
  expect(await host.sh("grep -c 'exit 101' /tmp/policy; ls /usr/sbin/policy-rc.d 2>/dev/null")).toBe("1\n");
  expect(await apply({ packages: ["frr", "egov-demo"] })).toEqual([]);
});

async function startSession() {
  const { openSession } = await import("./ssh.ts");
  return openSession(host.connection, new AbortController().signal);
}
