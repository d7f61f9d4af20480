import { reasonOf } from "./failure.js";
import { ObjectMissing, type Store } from "./stores/store.js";

/** A store did not give what may well lie there: nothing is known to be wrong with it, and another try may tell. */
export class Unread extends Error {
  override readonly name = "Unread";
}

/** Reads a small object as a whole; rejects with {@link ObjectMissing} where there is none, with {@link Unread} else. */
export async function readSmall(store: Store, key: string): Promise<Buffer> {
  try {
    return await store.readWhole(key);
  } catch (error) {
    if (error instanceof ObjectMissing) throw error;
    throw new Unread(reasonOf(error), { cause: error });
  }
}
