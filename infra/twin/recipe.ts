/**
 * What makes a bare Debian tree an image that many hosts boot from at once: which units a host has no use for in a
 * container, which services start by themselves, and a few settings that every host shares.
 */
import { mkdir, readdir, readFile, rm, symlink, utimes, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { run } from "./run.ts";

/** Part of the cache key: raise it with every change of this file that an image must be built anew for. */
export const RECIPE_VERSION = 4;

/** The Debian release of every host. */
export const SUITE = "bookworm";

/** What every host has, whatever its role: an init, a way in, and the tools that look at a network. */
export const BASE_PACKAGES: readonly string[] = [
  "bind9-dnsutils", "ca-certificates", "dbus", "fping", "iproute2", "iputils-ping", "nftables", "openssh-server",
  "procps", "systemd", "systemd-sysv", "tcpdump", "traceroute",
];

/**
 * Units that make no sense on a shared kernel, or that do at every boot what the image has done once. The kernel's own
 * file systems and modprobe alone cost a boot 2–4 s where many boot at once.
 */
const MASKED_UNITS: readonly string[] = [
  "dev-hugepages.mount", "dev-mqueue.mount", "sys-kernel-config.mount", "sys-kernel-debug.mount",
  "sys-kernel-tracing.mount", "sys-fs-fuse-connections.mount", "proc-sys-fs-binfmt_misc.automount",
  "proc-sys-fs-binfmt_misc.mount", "modprobe@.service", "kmod-static-nodes.service", "systemd-modules-load.service",
  "systemd-binfmt.service", "systemd-udevd.service", "systemd-udev-trigger.service", "systemd-udevd-control.socket",
  "systemd-udevd-kernel.socket", "systemd-tmpfiles-setup-dev.service", "systemd-remount-fs.service",
  "systemd-random-seed.service", "systemd-pstore.service", "systemd-repart.service", "systemd-boot-random-seed.service",
  "systemd-pcrphase.service", "systemd-pcrphase-sysinit.service", "systemd-pcrmachine.service",
  "cryptsetup.target", "integritysetup.target", "veritysetup.target",
  "getty.target", "getty-static.service", "getty@.service", "serial-getty@.service", "console-getty.service",
  "container-getty@.service", "systemd-ask-password-console.path", "systemd-ask-password-wall.path",
  "systemd-logind.service", "systemd-update-utmp.service", "systemd-update-utmp-runlevel.service",
  "systemd-initctl.socket", "systemd-firstboot.service", "systemd-machine-id-commit.service",
  "systemd-sysusers.service", "systemd-update-done.service", "systemd-hwdb-update.service", "ldconfig.service",
  "systemd-journal-catalog-update.service", "systemd-journal-flush.service", "systemd-resolved.service",
  "systemd-timesyncd.service", "systemd-tmpfiles-clean.timer", "apt-daily.timer", "apt-daily-upgrade.timer",
  "dpkg-db-backup.timer", "e2scrub_all.timer", "e2scrub_reap.service", "fstrim.timer", "man-db.timer",
];

/** Links below `/lib/systemd/system` that start a thing at boot which something else starts on demand. */
const STARTED_ON_DEMAND: readonly string[] = ["multi-user.target.wants/dbus.service"];

/** Services that start by themselves, as on a Debian box that has just been delivered. All others wait to be enabled. */
const ENABLED_UNITS: readonly string[] = ["ssh.service"];

const FILES: Readonly<Record<string, string>> = {
  "etc/ssh/sshd_config.d/00-host.conf": [
    "HostKey /etc/ssh/ssh_host_ed25519_key",
    "PasswordAuthentication no",
    "KbdInteractiveAuthentication no",
    "PermitRootLogin prohibit-password",
    "UseDNS no",
    "PrintMotd no",
    // Provisioning opens many sessions at once on a busy machine; the default of 10 half-open ones drops some.
    "MaxStartups 100",
    "",
  ].join("\n"),
  "etc/systemd/system.conf.d/00-host.conf": [
    "[Manager]",
    "ShowStatus=no",
    "LogLevel=notice",
    "DefaultTimeoutStopSec=10s",
    // Accounting makes the kernel keep a set of counters a service, which no one reads here.
    "DefaultMemoryAccounting=no",
    "DefaultTasksAccounting=no",
    "DefaultIPAccounting=no",
    "",
  ].join("\n"),
  "etc/systemd/journald.conf.d/00-host.conf": [
    "[Journal]", "Storage=volatile", "RuntimeMaxUse=8M", "RuntimeMaxFileSize=2M", "Audit=no", "RateLimitBurst=0", "",
  ].join("\n"),
  "etc/hosts": "127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n",
  "etc/resolv.conf": "",
  "etc/fstab": "",
  "etc/locale.conf": "LANG=C.UTF-8\n",
  // A host has no way out to a mirror; what it may need comes with the image.
  "etc/apt/sources.list": "",
};

/** Left behind by the build, or telling of the machine it ran on. */
const REMOVED: readonly string[] = [
  "etc/hostname", "etc/resolv.conf", "etc/machine-id", "etc/apt/apt.conf.d/99mmdebstrap", "etc/apt/sources.list.d",
  "etc/apt/auth.conf", "etc/apt/auth.conf.d", "var/lib/apt/lists", "var/cache/apt", "var/log/apt", "var/log/dpkg.log",
  "var/log/bootstrap.log", "var/log/alternatives.log", "etc/ssh/ssh_host_rsa_key", "etc/ssh/ssh_host_rsa_key.pub",
  "etc/ssh/ssh_host_ecdsa_key", "etc/ssh/ssh_host_ecdsa_key.pub", "etc/ssh/ssh_host_ed25519_key",
  "etc/ssh/ssh_host_ed25519_key.pub", "var/lib/dbus/machine-id",
];

/** Turns the tree at `root`, as the packages left it, into an image to boot hosts from. */
export async function finishImage(root: string): Promise<void> {
  for (const path of REMOVED) await rm(join(root, path), { recursive: true, force: true });
  await mkdir(join(root, "etc/apt/sources.list.d"), { recursive: true });
  await mkdir(join(root, "var/cache/apt/archives/partial"), { recursive: true });
  await mkdir(join(root, "var/lib/apt/lists/partial"), { recursive: true });
  await forgetEnabledUnits(root);
  await forgetSystemV(root);
  await maskGenerators(root);
  await forgetGreeting(root);
  for (const path of STARTED_ON_DEMAND) await rm(join(root, "lib/systemd/system", path), { force: true });
  for (const [path, content] of Object.entries(FILES)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), content);
  }
  const units = join(root, "etc/systemd/system");
  for (const unit of MASKED_UNITS) await link("/dev/null", join(units, unit));
  for (const unit of ENABLED_UNITS) await link(`/lib/systemd/system/${unit}`, join(units, "multi-user.target.wants", unit));
  await link("/lib/systemd/system/multi-user.target", join(units, "default.target"));
  await run(["chroot", root, "ldconfig"]);
  await run(["chroot", root, "systemd-sysusers"]);
  await run(["chroot", root, "journalctl", "--update-catalog"]);
  // systemd compares these with /usr and, where /usr is newer, does the above again at boot.
  const later = new Date(Date.now() + 60_000);
  for (const path of ["etc/.updated", "var/.updated"]) {
    await writeFile(join(root, path), "");
    await utimes(join(root, path), later, later);
  }
}

/** Packages enable their services when they are installed; on a host only provisioning decides what runs. */
async function forgetEnabledUnits(root: string): Promise<void> {
  const units = join(root, "etc/systemd/system");
  for (const entry of await readdir(units)) {
    if (entry.endsWith(".wants") || entry.endsWith(".requires")) await rm(join(units, entry), { recursive: true });
  }
}

/**
 * Every package here has units of systemd's own. With scripts of System V beside them `systemctl enable` runs update-rc.d,
 * which reloads systemd once more: a third of a second a service, on every host.
 */
async function forgetSystemV(root: string): Promise<void> {
  for (const folder of ["etc/init.d", ...["0", "1", "2", "3", "4", "5", "6", "S"].map((level) => `etc/rc${level}.d`)]) {
    await rm(join(root, folder), { recursive: true, force: true });
  }
}

/** Generators look for disks, consoles and kernel options, none of which a host in a container has, at every boot and reload. */
async function maskGenerators(root: string): Promise<void> {
  for (const generator of await readdir(join(root, "lib/systemd/system-generators"))) {
    await link("/dev/null", join(root, "etc/systemd/system-generators", generator));
  }
}

/** The greeting of each login is made by a handful of scripts, for programs that do not read it. */
async function forgetGreeting(root: string): Promise<void> {
  const file = join(root, "etc/pam.d/sshd");
  const lines = (await readFile(file, "utf8")).split("\n");
  await writeFile(file, lines.filter((line) => !line.includes("pam_motd.so")).join("\n"));
}

async function link(target: string, path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await rm(path, { force: true });
  await symlink(target, path);
}
