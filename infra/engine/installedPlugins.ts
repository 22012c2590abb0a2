/** Provider plugins that the Pulumi CLI, or its user, has installed on this machine. */
import { access, constants, readdir } from "node:fs/promises";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";

type Environment = Readonly<Record<string, string | undefined>>;

/** A plugin's folder, or its program where it stands on the PATH by itself. */
export type Installed = { readonly folder: string } | { readonly program: string };

/**
 * The newest installed plugin of a package that can stand in for the wanted version (`4.16.0`; empty: any): that one, or a
 * later one of the same major version. First those below `$PULUMI_HOME/plugins` (`~/.pulumi` by default), then the PATH,
 * whose programs do not tell their version.
 */
export async function findInstalled(packageName: string, wanted: string, environment: Environment): Promise<Installed | undefined> {
  const home = environment["PULUMI_HOME"] ?? join(environment["HOME"] ?? homedir(), ".pulumi");
  const plugins = join(home, "plugins");
  const prefix = `resource-${packageName}-v`;
  const names = await readdir(plugins).catch(() => []);
  const fitting = names
    .filter((name) => name.startsWith(prefix) && !name.endsWith(".lock") && !name.endsWith(".partial"))
    .map((name) => ({ name, version: parseVersion(name.slice(prefix.length)) }))
    .filter(({ version }) => version !== undefined && standsInFor(version, wanted));
  const newest = fitting.toSorted((left, right) => compareVersions(left.version!, right.version!)).at(-1);
  if (newest !== undefined) return { folder: join(plugins, newest.name) };
  for (const folder of (environment["PATH"] ?? "").split(delimiter)) {
    if (folder === "") continue;
    const program = join(folder, `pulumi-resource-${packageName}`);
    const isThere = await access(program, constants.X_OK).then(() => true, () => false);
    if (isThere) return { program };
  }
  return undefined;
}

interface Version {
  readonly numbers: readonly number[];
  /** Of `1.0.0-alpha.1` what follows the first hyphen; empty for a release. */
  readonly pre: string;
}

function parseVersion(text: string): Version | undefined {
  const match = /^v?(\d+)\.(\d+)\.(\d+)(?:-([\w.-]+))?(?:\+.*)?$/.exec(text);
  return match === null ? undefined : { numbers: match.slice(1, 4).map(Number), pre: match[4] ?? "" };
}

function standsInFor(version: Version, wanted: string): boolean {
  const least = parseVersion(wanted);
  return least === undefined || (version.numbers[0] === least.numbers[0] && compareVersions(version, least) >= 0);
}

function compareVersions(left: Version, right: Version): number {
  const difference = left.numbers.map((number, index) => number - right.numbers[index]!).find((part) => part !== 0);
  if (difference !== undefined) return difference;
  // A release comes after what was published ahead of it.
  if (left.pre === "" || right.pre === "") return Number(left.pre === "") - Number(right.pre === "");
  return left.pre.localeCompare(right.pre, "en", { numeric: true });
}
