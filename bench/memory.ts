import { readFile } from "node:fs/promises";

/** Memory that is not to be had for other uses, MiB: all, less what the kernel calls available. */
export async function usedMemoryMiB(): Promise<number> {
  const text = await readFile("/proc/meminfo", "utf8");
  const kiB = (key: string): number => Number(new RegExp(`^${key}:\\s+(\\d+)`, "m").exec(text)?.[1]);
  return (kiB("MemTotal") - kiB("MemAvailable")) / 1024;
}
