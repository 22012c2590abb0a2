import type { CheckResult, CreateResult, DiffResult, InvokeResult, ReadResult } from "@pulumi/pulumi/provider/provider.js";
import { homedir } from "node:os";
import { Failure } from "../../inventory/failure.ts";
import { holdsSecret } from "../host/inputs.ts";
import { hashOf, pathAsset, readSource, type Source, withHashes } from "./assets.ts";
import { RemotePool } from "./connect.ts";
import { copyTo, isCopied } from "./copy.ts";
import { changedInputs } from "./diff.ts";
import { announcedOutputs, execute, type Execution, withoutSecrets } from "./execute.ts";
import { plannedId } from "./identity.ts";
import type { Context, RemoteConnection, Settings } from "./model.ts";
import { asSecret, plain, type Properties } from "./secrets.ts";
import type { RemoteSession } from "./session.ts";
import { inputNames, validate } from "./validate.ts";

const COMMANDS = new Set(["command:local:Command", "command:remote:Command"]);
const COPY_FILE = "command:remote:CopyFile";
/** Asked by an engine that notes ids before it creates. */
const PLANNED_ID = "command:engine:plannedId";
const RUN = "command:local:run";
const PLAIN_TEXT_MODE = 0o644;
const SECRET_TEXT_MODE = 0o600;

/**
 * The Pulumi provider `command`, for programs that use @pulumi/command 1.2.1. What it does as that package documents, but
 * for this: a server's key is verified even where no `hostKey` is given; all commands of a server and login share one
 * connection; variables reach remote commands whatever the server's AcceptEnv; files are replaced in one step; and
 * secrets neither stand in the arguments of a process nor in messages. A command runs at least once: one that an engine's
 * death cut short is run again. Properties arrive and leave as Pulumi's protocol wraps them.
 */
export class CommandProvider {
  readonly version = "1.2.1";
  readonly #ending = new AbortController();
  readonly #pool = new RemotePool(() => this.#settings);
  #settings: Settings = { insecureIgnoreHostKey: false };
  readonly #warned = new Set<string>();
  #running = 0;

  /** @throws Failure naming a setting that is wrong. */
  configure(values: Properties): void {
    const { knownHostsFile, insecureIgnoreHostKey = false } = plain<{ knownHostsFile?: unknown; insecureIgnoreHostKey?: unknown }>(values);
    if (knownHostsFile !== undefined && (typeof knownHostsFile !== "string" || knownHostsFile === "")) {
      throw new Failure("command:knownHostsFile is no path");
    }
    if (!["true", "false"].includes(String(insecureIgnoreHostKey))) {
      throw new Failure("command:insecureIgnoreHostKey is neither true nor false");
    }
    this.#settings = {
      ...(knownHostsFile !== undefined && { knownHostsFile: knownHostsFile.replace(/^~(?=\/)/, homedir()) }),
      insecureIgnoreHostKey: String(insecureIgnoreHostKey) === "true",
    };
  }

  /** Fills in the hashes of assets, by which a later change is seen. */
  async check(urn: string, news: Properties): Promise<CheckResult> {
    const failures = validate(typeOf(urn), news);
    return failures.length > 0 ? { inputs: news, failures } : { inputs: protect(await withHashes(news) as Properties), failures };
  }

  /** Another trigger replaces, and so does any change of a CopyFile, which has no update. */
  async diff(urn: string, state: Properties, news: Properties): Promise<DiffResult> {
    const type = typeOf(urn);
    const changed = changedInputs(type, state, news);
    return { changes: changed.length > 0, replaces: changed.filter((name) => name === "triggers" || type === COPY_FILE), deleteBeforeReplace: false };
  }

  async create(urn: string, inputs: Properties, preview: boolean, context: Context): Promise<CreateResult> {
    const id = preview ? "" : plannedId(urn, inputs);
    if (!COMMANDS.has(typeOf(urn))) {
      if (!preview) {
        await this.#copy(typeOf(urn), inputs, context);
      }
      return { id, outs: protect(inputs) };
    }
    const outputs = inputs["create"] === undefined ? { stdout: "", stderr: "" } : await this.#execute({ operation: "create", inputs }, preview, context);
    return { id, outs: { ...protect(inputs), ...outputs } };
  }

  async update(urn: string, state: Properties, news: Properties, preview: boolean, context: Context): Promise<Properties> {
    if (!COMMANDS.has(typeOf(urn))) {
      if (!preview) {
        await this.#copy(typeOf(urn), news, context);
      }
      return protect(news);
    }
    const operation = news["update"] === undefined ? "create" : "update";
    const { stdout = "", stderr = "" } = state;
    const outputs = news[operation] === undefined ? { stdout, stderr } : await this.#execute({ operation, inputs: news, previous: state }, preview, context);
    return { ...protect(news), ...outputs };
  }

  /**
   * A command cannot be read back: it exists when it has printed, or is known to have printed nothing. A copy exists when
   * the host has it, as far as its source is still what it was.
   */
  async read(id: string, urn: string, state: Properties, context: Context): Promise<ReadResult> {
    const type = typeOf(urn);
    const exists = COMMANDS.has(type) ? state["stdout"] !== undefined : await this.#isCopied(type, state, context);
    const inputs = Object.fromEntries(Object.entries(state).filter(([name]) => inputNames(type)?.includes(name)));
    return exists ? { id, props: protect(state), inputs: protect(inputs) } : { id: "", props: {} };
  }

  /** What was copied stays. */
  async delete(urn: string, state: Properties, context: Context): Promise<void> {
    if (COMMANDS.has(typeOf(urn)) && state["delete"] !== undefined && state["delete"] !== null) {
      await this.#execute({ operation: "delete", inputs: state, previous: state }, false, context);
    }
  }

  /** `command:local:run` runs whenever it is called, in a preview too, as the package documents. */
  async invoke(token: string, parameters: Properties, context: Context): Promise<InvokeResult> {
    if (token === PLANNED_ID) {
      const { urn, inputs } = parameters as { urn: string; inputs: Properties };
      return { outputs: { id: plannedId(urn, inputs) } };
    }
    if (token !== RUN) {
      throw new Failure(`the provider command has no function ${token}`, { advice: `it has ${RUN}` });
    }
    const failures = validate(RUN, parameters);
    return failures.length > 0
      ? { failures }
      : { outputs: { ...parameters, ...(await this.#execute({ operation: "command", inputs: parameters }, false, context)) } };
  }

  /** Ends every command, giving it a moment, and closes the connections. */
  async cancel(): Promise<void> {
    this.#ending.abort();
    for (const deadline = Date.now() + 2_000; this.#running > 0 && Date.now() < deadline;) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    this.#pool.close();
  }

  async #execute(execution: Execution, preview: boolean, context: Context): Promise<Properties> {
    if (preview) {
      return announcedOutputs(execution);
    }
    this.#warn(execution.inputs, context);
    return this.#counted(context, (during) => execute(execution, this.#pool, during));
  }

  async #copy(type: string, inputs: Properties, context: Context): Promise<void> {
    const textMode = holdsSecret(inputs["source"]) ? SECRET_TEXT_MODE : PLAIN_TEXT_MODE;
    await this.#onHost(inputs, context, async (session, remotePath) => {
      const source = await sourceOf(type, inputs);
      await session.withSftp((sftp) => copyTo(sftp, source, remotePath, textMode));
    });
  }

  async #isCopied(type: string, state: Properties, context: Context): Promise<boolean> {
    if (state["connection"] === undefined || state["remotePath"] === undefined) {
      return false;
    }
    const source = await sourceOf(type, state).catch(() => undefined);
    // What the source was cannot be told any more: nobody can say that the host has something else.
    const { hash } = plain<{ source?: { hash?: string } }>(state).source ?? {};
    if (source === undefined || (source.kind === "file" && hash !== undefined && hash !== (await hashOf(source)))) {
      return true;
    }
    return this.#onHost(state, context, (session, remotePath) => session.withSftp((sftp) => isCopied(sftp, source, remotePath)));
  }

  async #onHost<T>(inputs: Properties, context: Context, work: (session: RemoteSession, remotePath: string) => Promise<T>): Promise<T> {
    const { connection, remotePath } = plain<{ connection: RemoteConnection; remotePath: string }>(inputs);
    this.#warn(inputs, context);
    return this.#counted(context, async () => {
      try {
        return await this.#pool.use(connection, (session) => work(session, remotePath));
      } catch (error) {
        throw withoutSecrets(error, connection, inputs);
      }
    });
  }

  /** Says once of each host that anybody could stand in for it. */
  #warn(inputs: Properties, context: Context): void {
    const { connection } = plain<{ connection?: RemoteConnection }>(inputs);
    for (const end of [connection, connection?.proxy]) {
      if (this.#settings.insecureIgnoreHostKey && end !== undefined && end.hostKey === undefined && !this.#warned.has(end.host)) {
        this.#warned.add(end.host);
        context.say("warning", `the host key of ${end.host} is not verified (command:insecureIgnoreHostKey)`);
      }
    }
  }

  async #counted<T>(context: Context, work: (during: Context) => Promise<T>): Promise<T> {
    this.#running += 1;
    try {
      return await work({ ...context, signal: AbortSignal.any([context.signal, this.#ending.signal]) });
    } finally {
      this.#running -= 1;
    }
  }
}

async function sourceOf(type: string, inputs: Properties): Promise<Source> {
  const { source, localPath } = plain<{ source: Properties; localPath: string }>(inputs);
  return type === COPY_FILE ? readSource(pathAsset(localPath)) : readSource(source);
}

function protect(properties: Properties): Properties {
  const { connection } = properties;
  return connection === undefined ? properties : { ...properties, connection: asSecret(connection) };
}

function typeOf(urn: string): string {
  const type = urn.split("::")[2]?.split("$").at(-1) ?? "";
  if (inputNames(type) === undefined || type === RUN) {
    throw new Failure(`the provider command has no resource ${type}`);
  }
  return type;
}
