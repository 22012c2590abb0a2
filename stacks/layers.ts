/** The layers of the province, in the order in which they come up; they go down in the reverse order. */
export const LAYERS = ["network", "datacenter"] as const;
export type Layer = (typeof LAYERS)[number];
