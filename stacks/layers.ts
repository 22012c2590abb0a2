import type { HostRole } from "../inventory/model.ts";

/** The layers of the province, in the order in which they come up; they go down in the reverse order. */
export const LAYERS = ["network", "datacenter", "security", "mail", "conference", "monitoring"] as const;
export type Layer = (typeof LAYERS)[number];

/** The layers whose hosts serve TLS, with the roles of these hosts. */
export const TLS_ROLES: Readonly<Partial<Record<Layer, readonly HostRole[]>>> = {
  mail: ["mail-exchanger", "mailbox"],
  conference: ["conference"],
  monitoring: ["monitoring"],
};
