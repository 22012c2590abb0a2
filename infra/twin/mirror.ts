/** Where the image's packages come from: whatever this machine's own apt takes Debian from. */
import { existsSync } from "node:fs";
import { Failure } from "../../inventory/failure.ts";
import { run } from "./run.ts";

export interface Mirror {
  /** Lines for sources.list, of the wanted suite and its updates. */
  readonly sources: readonly string[];
  /** Where they point, for messages. */
  readonly sites: readonly string[];
  /** apt's settings for getting there (proxies, time limits), as apt.conf lines. */
  readonly settings: readonly string[];
  /** Keyrings that apt trusts for them. */
  readonly keyrings: readonly string[];
}

/** Reads apt's own configuration. Throws Failure when it has no Debian archive of that suite. */
export async function debianMirror(suite: string): Promise<Mirror> {
  const format = "$(CREATED_BY) $(ORIGIN) $(CODENAME) $(REPO_URI) $(RELEASE) $(COMPONENT)";
  const { stdout } = await run(["apt-get", "indextargets", "--format", format]);
  return mirrorFrom(stdout, (await run(["apt-config", "dump"])).stdout, suite);
}

/** As `debianMirror`, from the texts that apt prints. */
export function mirrorFrom(targets: string, configuration: string, suite: string): Mirror {
  const components = new Map<string, Set<string>>();
  for (const line of targets.split("\n")) {
    const [createdBy, origin, codename, uri, release, component] = line.split(" ");
    if (createdBy !== "Packages" || origin !== "Debian" || uri === undefined || release === undefined) continue;
    if (codename !== suite && codename !== `${suite}-updates` && codename !== `${suite}-security`) continue;
    const key = `${uri} ${release}`;
    components.set(key, (components.get(key) ?? new Set()).add(component!));
  }
  if (components.size === 0) {
    throw new Failure(`apt on this machine knows no Debian archive with ${suite}, from which the image of the hosts is made`, {
      advice: `add one to /etc/apt/sources.list.d and run apt-get update`,
    });
  }
  return {
    sources: [...components].map(([key, names]) => `deb ${key} ${[...names].join(" ")}`),
    sites: [...new Set([...components.keys()].map((key) => key.split(" ")[0]!))],
    settings: configuration.split("\n").filter((line) => /^Acquire::[^ ]+ "[^"]+";$/.test(line) && !/IndexTargets|CompressionTypes|Changelogs|cdrom/i.test(line)),
    keyrings: ["/usr/share/keyrings/debian-archive-keyring.gpg", "/etc/apt/trusted.gpg.d"].filter((path) => existsSync(path)),
  };
}
