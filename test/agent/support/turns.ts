import { setImmediate } from "node:timers/promises";

/** Lets whatever is ready go on, so many times. */
export async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await setImmediate();
}
