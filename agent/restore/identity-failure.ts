import { AgentFailure, reasonOf } from "../failure.js";

/** Says what a stream that failed on its way out of an object means. */
export function identityFailure(error: unknown): never {
  // The header is the one that was written, so only the identity can be wrong.
  if (/no identity matched/.test(reasonOf(error))) {
    throw new AgentFailure(
      2,
      "--identity must hold an identity of one of the recipients (age), got another; use the right file",
    );
  }
  throw error;
}
