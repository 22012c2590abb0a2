/**
 * Loaded into every child before its own code.
 * It ends when the engine dies, even by SIGKILL: the channel to it closes then.
 * It keeps the SDK's debug messages (three a resource, each a call to the engine, which drops them) at home. And it spares
 * the SDK the stack trace, mapped to its TypeScript sources, that it keeps of every promise for PULUMI_DEBUG_PROMISE_LEAKS:
 * a sixth of a program's time.
 */
import { createRequire } from "node:module";

process.on("disconnect", () => process.exit(1));
process.channel?.unref();

const entry = process.argv[1];
if (entry?.endsWith("/@pulumi/pulumi/cmd/run/index.js") === true) {
  const load = createRequire(entry);
  const log = load("../../log") as { debug: () => Promise<void> };
  log.debug = () => Promise.resolve();
  if (process.env["PULUMI_DEBUG_PROMISE_LEAKS"] === undefined) forgetTraces(load("../../runtime/debuggable"));
}

interface Debuggable {
  debuggablePromise<T>(promise: Promise<T>, context?: unknown): Promise<T>;
}

function forgetTraces(debuggable: Debuggable): void {
  const original = debuggable.debuggablePromise;
  debuggable.debuggablePromise = (promise, context) => {
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    try {
      return original(promise, context);
    } finally {
      Error.stackTraceLimit = stackTraceLimit;
    }
  };
}
