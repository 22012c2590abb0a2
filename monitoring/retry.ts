import { setTimeout as sleep } from "node:timers/promises";

const PAUSE_MILLISECONDS = 300;

/** Probes again, telling the probe what it found last time, until the result is good or the deadline (of `performance.now`) is over. */
export async function untilGood<T>(
  deadline: number, probe: (previous?: T) => Promise<T>, isGood: (result: T) => boolean, onResult: (result: T) => void = () => {},
): Promise<T> {
  let result = await probe();
  onResult(result);
  while (!isGood(result) && performance.now() < deadline) {
    await sleep(PAUSE_MILLISECONDS);
    result = await probe(result);
    onResult(result);
  }
  return result;
}
