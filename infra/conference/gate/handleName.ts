/** How the gate names its handles in Janus (`opaque_id`), so that the admin API tells whose they are. */
export interface HandleName {
  readonly room: string;
  readonly site: string;
  /** The invitation's id. */
  readonly participant: string;
  readonly kind: "publisher" | "subscriber";
}

export function handleName({ room, site, participant, kind }: HandleName): string {
  return [room, site, participant, kind].join("/");
}

/** Undefined for a name that is none of the gate's. */
export function parseHandleName(text: string): HandleName | undefined {
  const [room, site, participant, kind, ...rest] = text.split("/");
  if (room === undefined || site === undefined || participant === undefined || rest.length > 0) return undefined;
  return kind === "publisher" || kind === "subscriber" ? { room, site, participant, kind } : undefined;
}
