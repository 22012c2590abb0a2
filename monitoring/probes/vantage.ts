/** A place in the province from which the network is looked at: an office's LAN. */
export interface Vantage {
  /** Slug of the office. */
  readonly site: string;
  /** Where others find this office: the workstation in a twin, the router's LAN address on real hosts. */
  readonly address: { readonly ipv4: string; readonly ipv6: string };
  /** Address that packets leave from; absent when the vantage has only one. */
  readonly source?: { readonly ipv4: string; readonly ipv6: string };
  /**
   * Runs a command there, with `input` as its standard input. A non-zero exit code is a result, not an error; rejects when the
   * vantage cannot be used at all.
   */
  run(argv: readonly string[], input?: string): Promise<CommandResult>;
}

export interface CommandResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Maps with at most `limit` calls under way at once; results keep the order of `items`. */
export async function mapLimited<T, R>(items: readonly T[], limit: number, work: (item: T) => Promise<R>): Promise<R[]> {
  const results = new Array<R>(items.length);
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < items.length) {
      const index = next++;
      results[index] = await work(items[index] as T);
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
  return results;
}
