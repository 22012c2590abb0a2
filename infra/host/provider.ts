import type { CheckResult, CreateResult, DiffResult, InvokeResult, Provider, ReadResult, UpdateResult } from "@pulumi/pulumi/provider/provider.js";
import { Failure } from "../../inventory/failure.ts";
import { applyConfiguration, removeConfiguration } from "./apply.ts";
import { compareConfigurations } from "./diff.ts";
import { type ConfigurationInputs, type ConfigurationState, holdsSecret, holdsUnknown, unwrap, wrap } from "./inputs.ts";
import { SessionPool } from "./pool.ts";
import { readConfiguration } from "./readback.ts";
import type { HostSession } from "./ssh.ts";
import { validate } from "./validate.ts";

const TYPE = "host:index:Configuration";

/**
 * The Pulumi provider `host`. Its one resource, `host:index:Configuration`, is the wanted state of one Debian host for
 * one role; it asks of the host only SSH, a POSIX shell, coreutils, tar, dpkg and systemd, so that a host of the twin
 * and a real Debian 12 server are the same to it. Properties arrive and leave as Pulumi's protocol wraps them.
 */
export class HostProvider implements Provider {
  readonly version = "0.1.0";
  readonly #pool = new SessionPool();

  async getSchema(): Promise<string> {
    return JSON.stringify({ name: "host", version: this.version, resources: { [TYPE]: {} } });
  }

  async check(urn: string, _olds: unknown, news: Record<string, unknown>): Promise<CheckResult> {
    return oneLine(news, async () => {
      refuseOtherTypes(urn);
      const inputs = { role: urn.split("::").at(-1), ...news };
      const exposed = Object.entries(inputs).filter(([key, value]) => key !== "secrets" && holdsSecret(value));
      const failures = exposed.map(([property]) =>
        ({ property, reason: "holds a secret: put it into secrets and write {{secret:NAME}} in its place" }));
      const plain = unwrap(inputs) as ConfigurationInputs;
      return { inputs: wrap(plain), failures: [...failures, ...validate({ ...plain })] };
    });
  }

  /** `stables` and the like aside, the property paths that differ are `compareConfigurations`' to tell. */
  async diff(_id: string, _urn: string, olds: unknown, news: unknown): Promise<DiffResult> {
    return oneLine(news, async () => {
      const { changed, replaces } = compareConfigurations(unwrap(olds) as ConfigurationState, unwrap(news) as ConfigurationInputs);
      return {
        changes: changed.length > 0 || holdsUnknown(news),
        replaces: [...replaces],
        // Two roles may not own the same files, nor one role be on the way to two hosts.
        deleteBeforeReplace: replaces.length > 0,
      };
    });
  }

  async create(urn: string, inputs: unknown): Promise<CreateResult> {
    return oneLine(inputs, async () => {
      refuseOtherTypes(urn);
      const wanted = unwrap(inputs) as ConfigurationInputs;
      const applied = await this.#pool.use(wanted.connection, (session) => applyConfiguration(session, wanted));
      return { id: idOf(wanted), outs: { ...wrap(wanted), applied } };
    });
  }

  async update(_id: string, _urn: string, olds: unknown, news: unknown): Promise<UpdateResult> {
    return oneLine(news, async () => {
      const old = unwrap(olds) as ConfigurationState;
      const wanted = unwrap(news) as ConfigurationInputs;
      const { changed } = compareConfigurations(old, wanted);
      const onlyConnection = changed.length === 1 && changed[0] === "connection";
      const applied = await this.#pool.use(wanted.connection, (session) =>
        onlyConnection ? verify(session, old) : applyConfiguration(session, wanted, old));
      return { outs: { ...wrap(wanted), applied } };
    });
  }

  async read(id: string, urn: string, props: unknown): Promise<ReadResult> {
    return oneLine(props, async () => {
      refuseOtherTypes(urn);
      const state = unwrap(props) as ConfigurationState;
      if (state.connection === undefined) {
        throw new Failure(`${id}: a configuration cannot be imported; declare it, and the next up adopts what the host has`);
      }
      const real = await this.#pool.use(state.connection, (session) => readConfiguration(session, state));
      if (real === undefined) {
        return { id: "", props: {} };
      }
      const { applied, ...inputs } = real;
      return { id, props: { ...wrap(inputs), applied: applied ?? [] }, inputs: wrap(inputs) };
    });
  }

  /** Tells the engine the id that a create will give, so that it can look for what an interrupted one left. */
  async invoke(token: string, parameters: { inputs?: unknown }): Promise<InvokeResult> {
    if (token !== "host:engine:plannedId") {
      throw new ProviderError(`the provider host has no function ${token}`, "");
    }
    return { outputs: { id: idOf(unwrap(parameters.inputs) as ConfigurationInputs) } };
  }

  async delete(_id: string, _urn: string, props: unknown): Promise<void> {
    return oneLine(props, async () => {
      const state = unwrap(props) as ConfigurationState;
      await this.#pool.use(state.connection, (session) => removeConfiguration(session, state));
    });
  }

  async cancel(): Promise<void> {
    this.#pool.close();
  }
}

function idOf({ host, role }: ConfigurationInputs): string {
  return `${host}/${role}`;
}

/** A host whose way changed has to answer on it; nothing is sent. */
async function verify(session: HostSession, old: ConfigurationState): Promise<readonly string[]> {
  const { code } = await session.run("true", Buffer.alloc(0));
  if (code !== 0) {
    throw new Failure("it does not run commands");
  }
  return old.applied ?? [];
}

function refuseOtherTypes(urn: string): void {
  const type = urn.split("::")[2]?.split("$").at(-1);
  if (type !== TYPE) {
    throw new Failure(`the provider host has ${TYPE} only, not ${type}`);
  }
}

/** Pulumi prints an error's stack in some calls: here it is the message, led by the host it is about. */
async function oneLine<T>(inputs: unknown, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const { host, connection } = (inputs ?? {}) as Partial<ConfigurationInputs>;
    throw new ProviderError(error, host === undefined ? "" : `${host} (${connection?.address}): `);
  }
}

class ProviderError extends Error {
  constructor(cause: unknown, prefix: string) {
    const failure = cause instanceof Failure ? cause : undefined;
    const text = cause instanceof Error ? cause.message : String(cause);
    super(`${prefix}${text}${failure?.advice === undefined ? "" : ` (${failure.advice})`}`.replaceAll(/\s*\n\s*/g, "; "), { cause });
    this.name = "Failure";
    this.stack = "";
  }
}
