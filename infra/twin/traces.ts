/** Everything on the machine that bears a twin's name, for tests: after `twinDown` the list must be empty. */
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { twinsGroup } from "./cgroups.ts";
import { namespaceOf, operatorInterface, twinPaths } from "./names.ts";

export async function tracesOf(twin: string): Promise<string[]> {
  const { root } = twinPaths(twin);
  const group = join(await twinsGroup(), twin);
  const traces: string[] = [];
  if (existsSync("/run/netns")) {
    traces.push(...readdirSync("/run/netns").filter((name) => name.startsWith(namespaceOf(twin, ""))).map((name) => `namespace ${name}`));
  }
  if (existsSync(`/sys/class/net/${operatorInterface(twin)}`)) traces.push(`interface ${operatorInterface(twin)}`);
  for (const path of [root, group]) if (existsSync(path)) traces.push(`folder ${path}`);
  for (const line of readFileSync("/proc/self/mountinfo", "utf8").split("\n")) {
    if (line.includes(`${root} `) || line.includes(`${root}/`)) traces.push(`mount ${line}`);
  }
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    // A zombie is gone, whatever its parent does about it.
    if (/\) Z /.test(readIfThere(`/proc/${pid}/stat`))) continue;
    const groups = readIfThere(`/proc/${pid}/cgroup`);
    const arguments_ = readIfThere(`/proc/${pid}/cmdline`);
    if (groups.includes(`/egov/${twin}/`) || arguments_.includes(`${root}/`)) traces.push(`process ${pid} ${arguments_.replaceAll("\0", " ")}`);
  }
  return traces;
}

/** Processes come and go while we look. */
function readIfThere(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
