/** At most `size` jobs at once; the others wait in the order in which they came. */
export class Slots {
  #free: number;
  readonly #jobs = new Set<Promise<unknown>>();
  readonly #waiting: (() => void)[] = [];

  constructor(size: number) {
    this.#free = size;
  }

  /** Resolves when no job runs or waits. */
  async drained(): Promise<void> {
    while (this.#jobs.size > 0) await Promise.allSettled(this.#jobs);
  }

  run<T>(job: () => Promise<T>): Promise<T> {
    const running = this.#run(job);
    this.#jobs.add(running);
    const done = (): void => void this.#jobs.delete(running);
    running.then(done, done);
    return running;
  }

  async #run<T>(job: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await job();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free += 1;
      else next();
    }
  }
}
