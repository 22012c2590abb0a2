/** What the resources of @pulumi/command 1.2.1 are made of, free of Pulumi's wrappings. */

/** One SSH server and how to log in there; also a bastion. Defaults are the package's. */
export interface Endpoint {
  readonly host: string;
  /** 22 by default. */
  readonly port?: number;
  /** `root` by default. */
  readonly user?: string;
  readonly password?: string;
  /** The key itself, not a file; it goes before the password. */
  readonly privateKey?: string;
  readonly privateKeyPassword?: string;
  /** SSH_AUTH_SOCK by default. */
  readonly agentSocketPath?: string;
  /** `ssh-ed25519 AAAA…`. Without it the known hosts are asked. */
  readonly hostKey?: string;
  /** Attempts that may fail before the connection is given up: 10 by default, -1 for no bound. */
  readonly dialErrorLimit?: number;
  /** Seconds for one attempt: 15 by default, 0 for no bound. */
  readonly perDialTimeout?: number;
}

/** An SSH server, behind a bastion or not. */
export interface RemoteConnection extends Endpoint {
  readonly proxy?: Endpoint;
}

/** What local and remote commands have in common. */
export interface CommandInputs {
  readonly create?: string;
  readonly update?: string;
  readonly delete?: string;
  readonly stdin?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly addPreviousOutputInEnv?: boolean;
  readonly logging?: "stdout" | "stderr" | "stdoutAndStderr" | "none";
  readonly triggers?: readonly unknown[];
}

export interface LocalInputs extends CommandInputs {
  /** `["/bin/sh", "-c"]` by default; the command is its last argument. */
  readonly interpreter?: readonly string[];
  /** The program's folder by default. */
  readonly dir?: string;
  readonly assetPaths?: readonly string[];
  readonly archivePaths?: readonly string[];
}

export interface RemoteInputs extends CommandInputs {
  readonly connection: RemoteConnection;
}

/** Outputs of a command that has run. */
export interface Printed {
  readonly stdout: string;
  readonly stderr: string;
}

/** The provider's own configuration, `command:…`. */
export interface Settings {
  /** OpenSSH known_hosts for connections without `hostKey`; the user's own by default. */
  readonly knownHostsFile?: string;
  /** Takes any key of a host that has no `hostKey`, as @pulumi/command does; false by default. */
  readonly insecureIgnoreHostKey: boolean;
}

/** What a call may use while it runs. */
export interface Context {
  /** Aborted when the engine cancels or the call's time is over. */
  readonly signal: AbortSignal;
  /** Tells the user a line about the resource. */
  say(severity: "info" | "warning", line: string): void;
}
