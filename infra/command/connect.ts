import { existsSync } from "node:fs";
import { connect as connectTcp } from "node:net";
import type { Duplex } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { NodeSSH } from "node-ssh";
import type { AuthenticationType } from "ssh2";
import { Failure } from "../../inventory/failure.ts";
import { ConnectionPool } from "../host/pool.ts";
import { describe, signatures } from "../host/ssh.ts";
import { type ExpectedKeys, expectedKeys } from "./hostKeys.ts";
import type { Endpoint, RemoteConnection, Settings } from "./model.ts";
import { RemoteSession } from "./session.ts";

const DEFAULT_ERROR_LIMIT = 10;
const DEFAULT_DIAL_SECONDS = 15;
const KEEPALIVE_MILLISECONDS = 5_000;
const FIRST_PAUSE_MILLISECONDS = 100;
const LONGEST_PAUSE_MILLISECONDS = 5_000;

/** Keeps one connection a server and login for all commands and copies; a bastion's, too, for all who go through it. */
export class RemotePool extends ConnectionPool<RemoteConnection, RemoteSession> {
  /** `settings` are asked anew for each connection. */
  constructor(settings: () => Settings) {
    super(async (connection, signal) => {
      const { proxy } = connection;
      if (proxy === undefined) {
        return connect(connection, settings(), signal, async () => tcp(connection));
      }
      return this.#through(proxy, async (bastion) =>
        connect(connection, settings(), signal, () => bastion.forward(connection.host, connection.port ?? 22)));
    }, keyOf);
  }

  /** Opens a session on a bastion's connection, which is held as long as the session is open. */
  async #through(proxy: Endpoint, open: (bastion: RemoteSession) => Promise<RemoteSession>): Promise<RemoteSession> {
    return new Promise((resolve, reject) => {
      this.use(proxy, async (bastion) => {
        const session = await open(bastion);
        resolve(session);
        await session.closed();
      }).catch((error: unknown) => reject(error instanceof Failure ? new Failure(`by the proxy ${proxy.host}: ${error.message}`, failureOptions(error)) : error));
    });
  }
}

function failureOptions({ advice, cause }: Failure): { advice?: string; cause?: unknown } {
  return { cause, ...(advice !== undefined && { advice }) };
}

/** How long a login is tried is no part of which one it is. */
function keyOf({ dialErrorLimit: _limit, perDialTimeout: _timeout, proxy, ...rest }: RemoteConnection): string {
  return JSON.stringify([Object.entries(rest).sort(), proxy === undefined ? "" : keyOf(proxy)]);
}

function tcp(endpoint: Endpoint): Duplex {
  // Each answer is waited for: gathering small packets (Nagle) would cost 40 ms a turn.
  return connectTcp({ host: endpoint.host, port: endpoint.port ?? 22, noDelay: true });
}

/**
 * Logs in, trying again as often as `dialErrorLimit` allows: a server may be booting, and its user's keys on their way.
 * @throws Failure when that is over; at once when the server shows a key that is not expected, or ours cannot be used.
 */
async function connect(endpoint: Endpoint, settings: Settings, signal: AbortSignal, dial: () => Promise<Duplex>): Promise<RemoteSession> {
  const expected = expectedKeys(endpoint, settings);
  const limit = endpoint.dialErrorLimit ?? DEFAULT_ERROR_LIMIT;
  for (let errors = 1, pause = FIRST_PAUSE_MILLISECONDS; ; errors += 1, pause = Math.min(pause * 1.5, LONGEST_PAUSE_MILLISECONDS)) {
    signal.throwIfAborted();
    try {
      return await logIn(endpoint, expected, await dial(), signal);
    } catch (error) {
      if (error instanceof Failure || signal.aborted) {
        throw error;
      }
      if (limit >= 0 && errors > limit) {
        throw new Failure(`no login on port ${endpoint.port ?? 22} after ${errors} ${errors === 1 ? "attempt" : "attempts"}: ${reason(error, endpoint)}`, { cause: error });
      }
      await sleep(pause, undefined, { signal });
    }
  }
}

async function logIn(endpoint: Endpoint, expected: ExpectedKeys, sock: Duplex, signal: AbortSignal): Promise<RemoteSession> {
  const ssh = new NodeSSH();
  const { keys, source } = expected;
  const { privateKey, privateKeyPassword, password } = endpoint;
  const agent = agentSocket(endpoint);
  const methods: AuthenticationType[] = [
    ...(privateKey === undefined ? [] : ["publickey" as const]),
    ...(password === undefined ? [] : ["password" as const, "keyboard-interactive" as const]),
    ...(agent === undefined ? [] : ["agent" as const]),
  ];
  let wrongKey = false;
  const abort = (): void => void sock.destroy(new Error("cancelled"));
  signal.addEventListener("abort", abort, { once: true });
  try {
    await ssh.connect({
      // ssh2 takes any stream.
      sock: sock as never,
      username: endpoint.user ?? "root",
      ...(privateKey !== undefined && { privateKey }),
      ...(privateKeyPassword !== undefined && { passphrase: privateKeyPassword }),
      ...(password !== undefined && { password, tryKeyboard: true }),
      ...(agent !== undefined && { agent }),
      onKeyboardInteractive: (_name, _instructions, _language, prompts, finish) => finish(prompts.map(() => password ?? "")),
      authHandler: methods,
      readyTimeout: (endpoint.perDialTimeout ?? DEFAULT_DIAL_SECONDS) * 1000,
      keepaliveInterval: KEEPALIVE_MILLISECONDS,
      ...(keys !== undefined && { algorithms: { serverHostKey: [...new Set(keys.flatMap(({ type }) => signatures(type)))] } }),
      hostVerifier: (key: Buffer) => {
        wrongKey = keys !== undefined && (keys.some((one) => one.revoked && one.key.equals(key)) || !keys.some((one) => one.key.equals(key)));
        return !wrongKey;
      },
    });
    return new RemoteSession(ssh);
  } catch (error) {
    ssh.dispose();
    sock.destroy();
    const { message } = error as Error;
    if (wrongKey || /no matching host key format/.test(message)) {
      throw new Failure(`its host key is not the one in ${source}: somebody stands in between, or the host was reinstalled`,
        { advice: "find out which; only then replace the key" });
    }
    if (/Cannot parse privateKey|Encrypted private|private key/i.test(message)) {
      throw new Failure(`privateKey cannot be used: ${message}`, { cause: error });
    }
    if (/Unsupported algorithm/.test(message)) {
      throw new Failure(message, { cause: error });
    }
    throw error;
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

function agentSocket({ agentSocketPath }: Endpoint): string | undefined {
  if (agentSocketPath !== undefined && !existsSync(agentSocketPath)) {
    throw new Failure(`no SSH agent listens on ${agentSocketPath} (agentSocketPath)`);
  }
  const own = process.env["SSH_AUTH_SOCK"];
  return agentSocketPath ?? (own !== undefined && existsSync(own) ? own : undefined);
}

function reason(error: unknown, endpoint: Endpoint): string {
  if ((error as { level?: string }).level === "client-authentication") {
    const offered = [endpoint.privateKey && "the key", endpoint.password && "the password", agentSocket(endpoint) && "the agent's keys"].filter(Boolean);
    return `it refuses ${offered.length === 0 ? "a login with nothing" : offered.join(" and ")} for the user ${endpoint.user ?? "root"}`;
  }
  return describe(error);
}
