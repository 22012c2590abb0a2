/** The gate as a program: `node gate.cjs SETTINGS`. */
import { readFileSync } from "node:fs";
import { createGate } from "./gate.ts";
import type { GateSettings } from "./settings.ts";

const settings = JSON.parse(readFileSync(process.argv[2] as string, "utf8")) as GateSettings;
createGate(settings).listen(settings.listen.port, settings.listen.host);
