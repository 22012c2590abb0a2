import { readFile } from "node:fs/promises";
import { connect as connectTcp } from "node:net";
import { PassThrough } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { NodeSSH } from "node-ssh";
import type { ServerHostKeyAlgorithm } from "ssh2";
import { Failure } from "../../inventory/failure.ts";
import type { Connection } from "./inputs.ts";
import { knownKeys } from "./known-hosts.ts";

const DEFAULT_TIMEOUT_SECONDS = 60;
const KEEPALIVE_MILLISECONDS = 5_000;
const PROBE_SECONDS = 10;
/** A booting or busy host answers with one of these, or not at all. */
const PASSING = new Set(["ECONNREFUSED", "ECONNRESET", "EHOSTUNREACH", "ENETUNREACH", "ETIMEDOUT", "EPIPE", "EHOSTDOWN"]);

export interface RunResult {
  /** Exit code; undefined when the connection broke. */
  readonly code: number | undefined;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/** One logged-in SSH connection to one host; commands may run on it side by side. */
export class HostSession {
  readonly #ssh: NodeSSH;
  readonly #sudo: string;

  constructor(ssh: NodeSSH, user: string) {
    this.#ssh = ssh;
    this.#sudo = user === "root" ? "" : "sudo -n ";
    // A connection that breaks closes its channels, which tells those who wait; without a listener it would end us.
    ssh.connection?.on("error", () => undefined);
  }

  get isOpen(): boolean {
    return this.#ssh.isConnected();
  }

  /**
   * Runs a command as root with `input` on its standard input, which stays open for `answer`: it is called with each
   * full line of standard output and may reply with a line.
   */
  async run(command: string, input: Buffer, answer?: (line: string) => Promise<string | undefined>): Promise<RunResult> {
    const stdin = new PassThrough();
    stdin.write(input);
    if (answer === undefined) {
      stdin.end();
    }
    const chunks: Buffer[] = [];
    let rest = "";
    try {
      const result = await this.#ssh.execCommand(this.#sudo + command, {
        stdin,
        encoding: "utf8",
        noTrim: true,
        onChannel: (channel) => channel.on("error", () => undefined),
        onStdout: (chunk) => {
          chunks.push(chunk);
          if (answer === undefined) {
            return;
          }
          const lines = (rest + chunk.toString("latin1")).split("\n");
          rest = lines.pop() ?? "";
          for (const line of lines) {
            void answer(line).then((reply) => reply !== undefined && stdin.write(`${reply}\n`));
          }
        },
      });
      return { code: result.code ?? undefined, stdout: Buffer.concat(chunks), stderr: result.stderr };
    } catch {
      // node-ssh and ssh2 report a connection lost while the command starts by many names.
      return { code: undefined, stdout: Buffer.concat(chunks), stderr: "" };
    } finally {
      stdin.destroy();
    }
  }

  close(): void {
    this.#ssh.dispose();
  }
}

/**
 * Logs in to a host whose key stands in the known hosts, trying again while it boots.
 * @throws Failure when it does not answer in time, shows another key, or refuses ours.
 */
export async function openSession(connection: Connection, signal: AbortSignal): Promise<HostSession> {
  const seconds = connection.timeoutSeconds ?? DEFAULT_TIMEOUT_SECONDS;
  const deadline = Date.now() + seconds * 1000;
  const known = knownKeys(connection.knownHostsFile, connection.address, connection.port);
  if (known.length === 0) {
    throw new Failure(`its host key is not in ${connection.knownHostsFile}`,
      { advice: `compare its key with ssh-keyscan -p ${connection.port} ${connection.address} and add it` });
  }
  const privateKey = await readIdentity(connection.identityFile);
  for (let pause = 200; ; pause = Math.min(pause * 1.5, 1_500)) {
    signal.throwIfAborted();
    try {
      return await logIn(connection, known, privateKey, Math.max(deadline - Date.now(), 1_000));
    } catch (error) {
      if (error instanceof Failure) {
        throw error;
      }
      if (Date.now() + pause >= deadline) {
        throw new Failure(`no answer on port ${connection.port} for ${seconds} s: ${describe(error)}`, { cause: error });
      }
      await sleep(pause, undefined, { signal });
    }
  }
}

/** Whether the host takes new connections: its SSH server greets within 10 s. Costs no login. */
export async function greets(connection: Connection): Promise<boolean> {
  const deadline = Date.now() + PROBE_SECONDS * 1000;
  while (Date.now() < deadline) {
    const greeted = await new Promise<boolean>((resolve) => {
      const socket = connectTcp({ host: connection.address, port: connection.port });
      socket.setTimeout(3_000, () => socket.destroy());
      socket.once("data", (data) => {
        resolve(data.toString("latin1").startsWith("SSH-"));
        socket.destroy();
      });
      socket.once("error", () => undefined);
      socket.once("close", () => resolve(false));
    });
    if (greeted) {
      return true;
    }
    await sleep(300);
  }
  return false;
}

async function readIdentity(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    throw new Failure(`the key ${file} cannot be read: ${(error as Error).message}`, { cause: error });
  }
}

async function logIn(connection: Connection, known: ReturnType<typeof knownKeys>, privateKey: string,
  readyTimeout: number): Promise<HostSession> {
  const ssh = new NodeSSH();
  // Each answer is waited for: gathering small packets (Nagle) would cost 40 ms a turn.
  const sock = connectTcp({ host: connection.address, port: connection.port, noDelay: true });
  let wrongKey = false;
  try {
    await ssh.connect({
      sock,
      username: connection.user,
      privateKey,
      readyTimeout: Math.min(readyTimeout, 30_000),
      keepaliveInterval: KEEPALIVE_MILLISECONDS,
      authHandler: ["publickey"],
      // What a current OpenSSH has and a handshake costs least with.
      algorithms: {
        kex: ["curve25519-sha256", "curve25519-sha256@libssh.org", "ecdh-sha2-nistp256"],
        serverHostKey: [...new Set(known.flatMap(({ type }) => signatures(type)))],
        cipher: ["aes128-gcm@openssh.com", "aes256-gcm@openssh.com", "aes128-ctr"],
        compress: ["none"],
      },
      hostVerifier: (key: Buffer) => {
        wrongKey = known.some((one) => one.revoked && one.key.equals(key)) || !known.some((one) => one.key.equals(key));
        return !wrongKey;
      },
    });
    return new HostSession(ssh, connection.user);
  } catch (error) {
    ssh.dispose();
    sock.destroy();
    throw wrongKey ? otherKey(connection) : permanent(error, connection) ?? error;
  }
}

function otherKey(connection: Connection): Failure {
  return new Failure(`its host key is not the one in ${connection.knownHostsFile}: somebody stands in between, or the host was reinstalled`,
    { advice: "find out which; only then replace the key" });
}

/** RSA keys sign under names of their own (RFC 8332). */
export function signatures(type: string): ServerHostKeyAlgorithm[] {
  return type === "ssh-rsa" ? ["rsa-sha2-512", "rsa-sha2-256"] : [type as ServerHostKeyAlgorithm];
}

/** An error that trying again will not cure. */
function permanent(error: unknown, connection: Connection): Failure | undefined {
  const { level, message, code } = error as { level?: string; message: string; code?: string };
  if (level === "client-authentication") {
    return new Failure(`refuses the key ${connection.identityFile} for the user ${connection.user}`, { cause: error });
  }
  if (/no matching host key format/.test(message)) {
    return otherKey(connection);
  }
  if (/Cannot parse privateKey|Encrypted private/.test(message)) {
    return new Failure(`the key ${connection.identityFile} cannot be used: ${message}`, { cause: error });
  }
  if (code === "ENOTFOUND" || /Unsupported algorithm/.test(message)) {
    return new Failure(message, { cause: error });
  }
  const passing = code === undefined || PASSING.has(code) || level === "client-timeout" || level === "client-socket";
  return passing ? undefined : new Failure(message, { cause: error });
}

/** What went wrong with a connection, in words where the system has only a code. */
export function describe(error: unknown): string {
  const { code, message } = error as { code?: string; message: string };
  const meanings: Record<string, string> = {
    ECONNREFUSED: "connection refused",
    ECONNRESET: "connection reset",
    EHOSTUNREACH: "no route to host",
    ENETUNREACH: "network unreachable",
    ETIMEDOUT: "timed out",
  };
  return meanings[code ?? ""] ?? message;
}
