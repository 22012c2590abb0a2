/** The Prometheus client library, behind the few words that our exporters use: to change it, change this file. */
import { Counter, Gauge, Registry } from "prom-client";

export type Labels = Readonly<Record<string, string>>;

/** A metric by its labels. `set` gives its value now; `clear` forgets every series. */
export interface Metric {
  set(labels: Labels, value: number): void;
  clear(): void;
}

/** The metrics of one exporter. */
export class Metrics {
  readonly #registry = new Registry();

  /** A value that goes up and down. */
  gauge(name: string, help: string, labelNames: readonly string[] = []): Metric {
    const gauge = new Gauge({ name, help, labelNames: [...labelNames], registers: [this.#registry] });
    return { set: (labels, value) => gauge.set(labels, value), clear: () => gauge.reset() };
  }

  /** A value that only grows and is counted elsewhere: `set` gives the sum so far. Its name ends in `_total`. */
  counter(name: string, help: string, labelNames: readonly string[] = []): Metric {
    const counter = new Counter({ name, help, labelNames: [...labelNames], registers: [this.#registry] });
    return {
      set: (labels, value) => {
        counter.remove(labels);
        counter.inc(labels, value);
      },
      clear: () => counter.reset(),
    };
  }

  /** All series in Prometheus's text format. */
  async text(): Promise<string> {
    return await this.#registry.metrics();
  }

  get contentType(): string {
    return this.#registry.contentType;
  }
}
