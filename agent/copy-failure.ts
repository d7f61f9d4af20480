import { AlteredData } from "./crypto/altered-data.js";
import { AgentFailure, reasonOf } from "./failure.js";
import { ObjectMissing } from "./stores/store.js";

/** A copy did not give what its manifest says; the copy of another store may. */
export class CopyFailure extends AgentFailure {
  /** @param bad Whether its content is wrong or missing; otherwise it could not be read, and may be good. */
  constructor(
    readonly bad: boolean,
    reason: string,
    options?: ErrorOptions,
  ) {
    super(bad ? 3 : 1, reason, options);
  }
}

/** What went wrong while a part of this name was read, as the failure of its copy. */
export function copyFailure(error: unknown, part: string): CopyFailure {
  if (error instanceof CopyFailure) return error;
  const altered = error instanceof AlteredData;
  const reason = altered ? `its ${part} was altered: ${error.message}` : reasonOf(error);
  return new CopyFailure(altered || error instanceof ObjectMissing, reason, { cause: error });
}
