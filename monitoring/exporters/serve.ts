/** The web side of an exporter: `/metrics` on this host's loopback. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { Metrics } from "./client.ts";

export type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/**
 * Serves what was measured last: a scrape never waits for a measurement. `refresh` brings the metrics up to date from what is at
 * hand; other paths go to `others`.
 */
export function serve(port: number, metrics: Metrics, refresh: () => void, others?: Handler): void {
  const server = createServer((request, response) => {
    if (request.url === "/metrics") {
      refresh();
      metrics.text().then(
        (text) => response.writeHead(200, { "content-type": metrics.contentType }).end(text),
        () => response.writeHead(500).end(),
      );
    } else if (others !== undefined) {
      others(request, response);
    } else {
      response.writeHead(404).end();
    }
  });
  server.listen(port, "127.0.0.1");
}

/** Calls `work` now and then every so many seconds, but never while it still runs; a failure is told once until it is over. */
export function every(seconds: number, work: () => Promise<void>): void {
  let failing = "";
  const turn = async (): Promise<void> => {
    const startedAt = performance.now();
    try {
      await work();
      failing = "";
    } catch (error) {
      const said = error instanceof Error ? error.message : String(error);
      if (said !== failing) console.error(said);
      failing = said;
    }
    setTimeout(() => void turn(), Math.max(0, seconds * 1000 - (performance.now() - startedAt)));
  };
  void turn();
}
