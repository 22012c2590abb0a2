/** What a check is, and what it is given. */
import type { Province } from "../../inventory/model.ts";
import type { Measured } from "./live/measured.ts";
import type { LiveNetwork } from "./live/network.ts";
import type { Saturation } from "./live/saturation.ts";
import type { Network } from "./network.ts";
import type { CheckInfo, Outcome } from "./types.ts";

/** What checks read. Those that read what is absent here are not run. */
export interface AuditContext {
  readonly province: Province;
  /** The moment that dates are held against. */
  readonly at: Date;
  /** The province's routers and links as a graph. */
  readonly network: Network;
  /** What every host says of itself. */
  readonly live?: LiveNetwork;
  /** What became of each traffic class while a link was full. */
  readonly saturation?: Saturation;
  /** What links carried in the last week. */
  readonly prometheus?: Measured;
}

/** One check: a file of its own in `checks/`, listed in registry.ts. It judges every subject that there is, good ones too. */
export interface Check extends CheckInfo {
  readonly run: (context: AuditContext) => readonly Outcome[] | Promise<readonly Outcome[]>;
}
