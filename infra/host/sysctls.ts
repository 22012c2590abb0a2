/** Where a role's settings are kept for the next boot. */
export function sysctlFile(role: string): string {
  return `/etc/sysctl.d/60-egov-${role}.conf`;
}

/** The file's text: `key = value`, a line each, sorted. */
export function sysctlText(sysctls: Readonly<Record<string, string>>): string {
  return Object.entries(sysctls).map(([key, value]) => `${key} = ${value}\n`).sort().join("");
}

/**
 * A key's path below /proc/sys. As sysctl.d(5) has it: the first separator decides; with dots, a `/` stands for a dot
 * inside a name (`net.ipv4.conf.eth0/100.rp_filter`).
 */
export function sysctlPath(key: string): string {
  const first = /[./]/.exec(key)?.[0];
  return first === "/" ? key : key.replace(/[./]/g, (separator) => (separator === "." ? "/" : "."));
}

/** The kernel separates a setting's several values by tabs; people write spaces. */
export function sysctlValue(value: string): string {
  return value.trim().split(/\s+/).join(" ");
}
