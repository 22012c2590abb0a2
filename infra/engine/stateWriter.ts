import { Failure } from "../../inventory/failure.ts";

const pauseMilliseconds = 100;

/**
 * Writes the state soon after it changed: at once when it was quiet, else at most every 100 ms, so that hundreds of
 * resources that finish together cost a few writes.
 */
export class StateWriter {
  readonly #write: () => Promise<void>;
  readonly #onFailure: (failure: Failure) => void;
  #dirty = false;
  #running: Promise<void> | undefined;
  #failure: Failure | undefined;

  /** `onFailure` is told once, when the state can no longer be saved. */
  constructor(write: () => Promise<void>, onFailure: (failure: Failure) => void) {
    this.#write = write;
    this.#onFailure = onFailure;
  }

  /** The state changed. */
  touch(): void {
    if (this.#failure !== undefined) return;
    this.#dirty = true;
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
      if (this.#dirty) this.touch();
    });
  }

  /** Resolves when every change so far is on disk, or cannot be. */
  async flush(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
  }

  async #run(): Promise<void> {
    while (this.#dirty && this.#failure === undefined) {
      this.#dirty = false;
      try {
        await this.#write();
      } catch (error) {
        this.#failure = new Failure(`the state cannot be saved (${(error as Error).message})`);
        this.#dirty = false;
        this.#onFailure(this.#failure);
      }
      if (this.#dirty) await new Promise((resolve) => setTimeout(resolve, pauseMilliseconds));
    }
  }
}
