/**
 * The wanted state of one Debian host for one role: what a design returns, what the provider applies and reads back.
 * Plain data, so that designs stay pure and state files readable.
 *
 * Texts may hold `{{secret:NAME}}`; the provider puts the secret in its place on the way to the host and takes it out
 * again on the way back, so that files stay diffable while secrets stay encrypted.
 */
export interface HostIntent {
  /** Debian packages that must be installed. */
  readonly packages?: readonly string[];
  /** Absolute path → file. */
  readonly files?: Readonly<Record<string, HostFile>>;
  /** Key in dotted form (`net.ipv4.ip_forward`) → value. Written to one file in /etc/sysctl.d and applied. */
  readonly sysctls?: Readonly<Record<string, string>>;
  /** systemd unit → wanted state. */
  readonly units?: Readonly<Record<string, HostUnit>>;
  /** How groups of files are checked before they replace the old ones, and who is told after. */
  readonly services?: readonly HostService[];
  /**
   * Present where any change of this intent can cut the host off from us or from its neighbours: the host then takes the change
   * back by itself unless it is confirmed. Changes of files that decide who gets in (`reach.ts`) are guarded in any case. It
   * concerns changes only: another guard alone is no change.
   */
  readonly guard?: HostGuard;
}

export interface HostGuard {
  /** Those that were up before a change must be up again after it; those that were down do not count. */
  readonly neighbours?: HostNeighbours;
}

/** Whom a host must see. */
export interface HostNeighbours {
  /**
   * Shell command that prints a line for each neighbour that is up. AGE_MILLISECONDS tells how long ago the change was: only
   * those heard of since then count; 0 before the change, when all do.
   */
  readonly probe: string;
  /** Line of `probe` → who it is, for messages: `ospf2 link34 10.40.0.3` → `agg1 (ospf2 on link34)`. */
  readonly expected: Readonly<Record<string, string>>;
}

export interface HostFile {
  readonly content: string;
  /** Octal, four digits; `0644` by default. */
  readonly mode?: string;
  /** `user:group`; `root:root` by default. */
  readonly owner?: string;
}

export interface HostUnit {
  /** Started on boot. */
  readonly enabled: boolean;
  readonly running: boolean;
}

export interface HostService {
  /** The daemon's common name, for messages: `frr`. */
  readonly name: string;
  /** Paths in `files` (or ending in `/`: every file below) that belong to it. */
  readonly files: readonly string[];
  /**
   * Shell command that must succeed before any file is swapped in. Runs with STAGE set to a folder that holds the new
   * files under their absolute paths: `vtysh -C -f "$STAGE/etc/frr/frr.conf"`.
   */
  readonly check?: string;
  /** Shell command after a change of its files when `unit` is running already. */
  readonly reload?: string;
  /** Unit to start (from `units`) when it is not running yet; then `reload` is not run. */
  readonly unit?: string;
}
