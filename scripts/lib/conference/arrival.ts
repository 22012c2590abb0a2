/** What a receiver of RTP counts (RFC 3550, 6.4.1 and A.8). */
export class Arrival {
  #base: number | undefined;
  #highest = 0;
  #jitter = 0;
  #transit: number | undefined;
  received = 0;
  readonly #clockRate: number;

  constructor(clockRate: number) {
    this.#clockRate = clockRate;
  }

  /** A packet with this sequence number (16 bits) and timestamp (32 bits) arrived, at a time in milliseconds. */
  count(sequence: number, timestamp: number, atMilliseconds: number): void {
    this.received += 1;
    if (this.#base === undefined) {
      this.#base = this.#highest = sequence;
    } else {
      // The highest number goes on past 16 bits; the step to the next is taken within them.
      const step = ((sequence - this.#highest + 0x8000) & 0xffff) - 0x8000;
      if (step > 0) this.#highest += step;
    }
    const transit = (atMilliseconds * this.#clockRate) / 1000 - timestamp;
    const difference = this.#transit === undefined ? 0 : Math.abs(transit - this.#transit);
    this.#transit = transit;
    // A timestamp that wraps around, once in 13 hours of video, is not jitter.
    if (difference < 2 ** 31) this.#jitter += (difference - this.#jitter) / 16;
  }

  get lost(): number {
    return this.#base === undefined ? 0 : Math.max(0, this.#highest - this.#base + 1 - this.received);
  }

  get jitterMilliseconds(): number {
    return (this.#jitter * 1000) / this.#clockRate;
  }
}
