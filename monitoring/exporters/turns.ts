/** Whose turn it is when many are tried one after the other, and whether one's failure counts. */

/** Failures in a row until one counts: a single one may be a restart after a change. */
const COUNTS_AFTER = 2;

export class Turns {
  readonly #failures: number[];
  #last = -1;
  #position = -1;
  #lastAt = -Infinity;
  #lastSucceeded = false;
  #anySucceeded = false;
  readonly #patientUntil: number;

  /**
   * @param count - how many there are; at least 1.
   * @param patientUntil - while none has succeeded, no failure counts until then: what they try may still be starting. Seconds, by the clock of `note`.
   */
  constructor(count: number, patientUntil = -Infinity) {
    this.#patientUntil = patientUntil;
    this.#failures = Array.from({ length: count }, () => 0);
  }

  /** Whether the next turn is due. Once one succeeds while others still fail, turns come quickly: all may be well again. */
  isDue(now: number, everySeconds: number, quickSeconds: number): boolean {
    const quick = this.#lastSucceeded && this.#failures.some((failures) => failures > 0);
    return now - this.#lastAt >= (quick ? quickSeconds : everySeconds);
  }

  /** Who is next: one that has failed for the first time again at once, then round the ring, those that fail before the others. */
  next(): number {
    if (this.#last >= 0 && this.#failures[this.#last] === 1) return this.#last;
    const ring = this.#failures.map((_, i) => (this.#position + 1 + i) % this.#failures.length);
    const next = (this.#lastSucceeded ? ring.find((index) => this.#failures[index]! > 0) : undefined) ?? ring[0]!;
    this.#position = next;
    return next;
  }

  /** Notes an outcome. @returns whether all is well with it; undefined while a failure does not count yet. */
  note(index: number, succeeded: boolean, now: number): boolean | undefined {
    this.#failures[index] = succeeded ? 0 : this.#failures[index]! + 1;
    this.#last = index;
    this.#lastAt = now;
    this.#lastSucceeded = succeeded;
    this.#anySucceeded ||= succeeded;
    if (succeeded) return true;
    if (!this.#anySucceeded && now < this.#patientUntil) return undefined;
    return this.#failures[index]! < COUNTS_AFTER ? undefined : false;
  }
}
