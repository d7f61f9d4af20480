import { AgentFailure } from "../failure.js";

/** Seconds by which clocks may differ; S3 refuses more (RequestTimeTooSkewed), and its SDK would hide it. */
const mostSeconds = 15 * 60;

/** Compares this machine's clock with a server's, by the dates of its answers. */
export class ServerClock {
  /** How far this machine is ahead; unknown before the first answer. */
  private aheadSeconds = 0;

  /** Takes the `Date` of an answer. */
  note(date: string | Date | undefined): void {
    const theirs = new Date(date ?? "").getTime();
    if (!Number.isNaN(theirs)) this.aheadSeconds = Math.round((Date.now() - theirs) / 1000);
  }

  /** Throws when nothing may be written: names, locks and expiry dates would all be wrong. Reading goes on. */
  assertAgrees(): void {
    if (Math.abs(this.aheadSeconds) <= mostSeconds) return;
    const direction = this.aheadSeconds > 0 ? "ahead of" : "behind";
    const rule = `this machine's clock must be within ${mostSeconds} seconds of the server's (RequestTimeTooSkewed)`;
    const got = `${Math.abs(this.aheadSeconds)} seconds ${direction} it`;
    throw new AgentFailure(1, `${rule}, got ${got}; synchronise the clock`);
  }
}
