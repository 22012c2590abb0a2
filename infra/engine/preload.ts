/**
 * Loaded into every child before its own code.
 * It ends when the engine dies, even by SIGKILL: the channel to it closes then.
 * And it keeps the SDK's debug messages (three a resource, each a call to the engine, which drops them) at home.
 */
import { createRequire } from "node:module";

process.on("disconnect", () => process.exit(1));
process.channel?.unref();

const entry = process.argv[1];
if (entry?.endsWith("/@pulumi/pulumi/cmd/run/index.js") === true) {
  const log = createRequire(entry)("../../log") as { debug: () => Promise<void> };
  log.debug = () => Promise.resolve();
}
