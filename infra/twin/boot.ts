/** Boots one host: its disk, and a systemd of its own that sees nothing of the machine but the kernel. */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { open, mkdir, readFile, writeFile, chmod } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { openGroup } from "./cgroups.ts";
import { namespaceOf, twinPaths } from "./names.ts";
import { lastLine } from "./run.ts";

/** A started system: its process on the machine, and when that started, so that the id cannot be mistaken for another's. */
export interface BootRecord {
  readonly pid: number;
  /** Clock ticks since the machine started. */
  readonly startTime: string;
  /** The image it runs on. */
  readonly image: string;
}

/** The control group of a host, below the subtree of all twins. */
export function groupOf(twin: string, host: string): string {
  return `${twin}/${host}`;
}

export function hostFolder(twin: string, host: string): string {
  return join(twinPaths(twin).hosts, host);
}

/** Puts into a host's disk what makes it this host. A disk that is there already keeps all it has. */
export async function prepareDisk(twin: string, host: string, operatorKey: string): Promise<string> {
  const disk = join(hostFolder(twin, host), "disk");
  for (const folder of ["etc/ssh", "root/.ssh"]) await mkdir(join(disk, folder), { recursive: true, mode: 0o755 });
  for (const folder of ["root", "root/.ssh"]) await chmod(join(disk, folder), 0o700);
  const files: Record<string, string> = {
    "etc/hostname": `${host}\n`,
    "etc/machine-id": `${createHash("sha256").update(`${twin}/${host}`).digest("hex").slice(0, 32)}\n`,
    "root/.ssh/authorized_keys": `${operatorKey}\n`,
    "etc/hosts": `127.0.0.1\tlocalhost\n127.0.1.1\t${host}\n::1\tlocalhost ip6-localhost ip6-loopback\n`,
  };
  for (const [path, content] of Object.entries(files)) {
    await writeFile(join(disk, path), content, { flag: "wx" }).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "EEXIST") throw error;
    });
  }
  return disk;
}

/**
 * Run in the host's folder, in its control group and its network namespace, with mounts that end with the processes.
 *
 * - `/sys` is mounted anew, since its network part shows the namespace that it was mounted in; and below it the unified
 *   hierarchy alone, on every machine, so that all hosts boot in the same way.
 * - `/run` is covered, so that nspawn finds and leaves nothing of the machine's there.
 * - A lazy umount takes all that is mounted below with it, at once: namespaces come and go there meanwhile.
 * - The folders of the overlay are given relative to this one, because a host reads its mount options.
 */
const LAUNCH = `
umount -l /run/netns
umount -l /sys
mount -t sysfs sysfs /sys
mount -t cgroup2 cgroup2 /sys/fs/cgroup
mount --bind "$IMAGE" lower
mount -t tmpfs -o mode=0755,size=4m tmpfs /run
mkdir /run/root
cp lower/usr/lib/os-release /run/os-release
mount --bind /run/os-release /usr/lib/os-release
mount -t overlay overlay -o lowerdir=lower,upperdir=disk,workdir=work,xino=off /run/root
exec env -i PATH="$PATH" SYSTEMD_NSPAWN_API_VFS_WRITABLE=network SYSTEMD_SECCOMP=0 \\
  systemd-nspawn --quiet --register=no --keep-unit --settings=no --capability=all --drop-capability=CAP_SYS_TIME \\
  --machine="$NAME" --hostname="$NAME" --directory=/run/root --resolv-conf=off --timezone=off --link-journal=no \\
  --console=read-only --boot
`;

/** Starts the host on its prepared disk. Returns at once; `ended` resolves when the system is no more. */
export async function startHost(twin: string, host: string, image: { hash: string; root: string }): Promise<{ ended: Promise<void> }> {
  const folder = hostFolder(twin, host);
  for (const name of ["work", "lower"]) await mkdir(join(folder, name), { recursive: true });
  const group = await openGroup(groupOf(twin, host));
  const console = await open(join(folder, "console.log"), "w");
  const script = `cd "$FOLDER" && exec nsenter --net="/run/netns/$SPACE" unshare --mount --propagation private sh -ec '${LAUNCH}'`;
  const child = spawn("sh", ["-c", `echo 0 >"$GROUP/cgroup.procs" && ${script}`], {
    detached: true,
    stdio: ["ignore", console.fd, console.fd],
    env: { PATH: process.env["PATH"], GROUP: group.path, FOLDER: folder, SPACE: namespaceOf(twin, host), IMAGE: image.root, NAME: host },
  });
  const ended = new Promise<void>((resolve) => {
    child.on("error", () => resolve());
    child.on("exit", () => resolve());
  });
  child.unref();
  await console.close();
  if (child.pid !== undefined) {
    const record: BootRecord = { pid: child.pid, startTime: await startTimeOf(child.pid) ?? "", image: image.hash };
    await writeFile(join(folder, "boot.json"), JSON.stringify(record));
  }
  return { ended };
}

/** The record of a host that runs; undefined for one that does not. */
export async function runningRecord(twin: string, host: string): Promise<BootRecord | undefined> {
  const text = await readFile(join(hostFolder(twin, host), "boot.json"), "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  const record = JSON.parse(text) as BootRecord;
  return await startTimeOf(record.pid) === record.startTime ? record : undefined;
}

/** Waits until the host's sshd says what it is. Throws an Error when it does not in time, or the system ends before. */
export async function waitForSsh(address: string, timeoutSeconds: number, ended?: Promise<void>, signal?: AbortSignal): Promise<void> {
  const deadline = Date.now() + timeoutSeconds * 1000;
  let over = false;
  void ended?.then(() => { over = true; });
  while (!await saysSsh(address, 22)) {
    signal?.throwIfAborted();
    if (over) throw new Error("the system ended while it booted");
    if (Date.now() > deadline) throw new Error(`no sshd answers at ${address} after ${timeoutSeconds} s`);
    await sleep(50);
  }
}

/** The last line a host wrote to its console, for messages. */
export async function lastConsoleLine(twin: string, host: string): Promise<string> {
  return lastLine(await readFile(join(hostFolder(twin, host), "console.log"), "utf8").catch(() => ""));
}

function saysSsh(address: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port });
    const finish = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(2000, () => finish(false));
    socket.on("error", () => finish(false));
    socket.on("end", () => finish(false));
    socket.once("data", (data) => finish(data.toString("latin1").startsWith("SSH-2.0")));
  });
}

/** Field 22 of /proc/PID/stat (proc(5)); undefined when there is no such process. */
async function startTimeOf(pid: number): Promise<string | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => undefined);
  const [state, ...rest] = stat?.slice(stat.lastIndexOf(")") + 2).split(" ") ?? [];
  return state === undefined || state === "Z" ? undefined : rest[18];
}
