/** A server's certificate of the province's own authority. */
export interface Certificate {
  readonly name: string;
  /** The host that holds the key. */
  readonly host: string;
  /** Names below the province's zone that it is good for; the first is the subject's. */
  readonly names: readonly string[];
}
