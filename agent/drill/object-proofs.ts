import { say } from "../console.js";
import type { ServerKind } from "../sources/kubernetes-kinds.js";
import type { CheckResult } from "./rehearsal.js";

/** Faults that are told with their words; the others are counted, so that the record stays a page. */
const mostTold = 20;
/** Characters of the server's words. */
const mostWords = 300;

/** What was found in restored objects so far. */
export class ObjectProofs {
  private readonly faults: string[] = [];
  private readonly totals = { made: 0, tried: 0 };
  private readonly wrong = { made: 0, tried: 0 };
  private readonly read = new Map<string, number>();

  /** Notes an object that was made, or tried; with what is wrong with it, if anything. */
  note(proof: "made" | "tried", kind: ServerKind, name: string, fault: string | undefined): void {
    this.totals[proof]++;
    if (fault === undefined) return;
    this.wrong[proof]++;
    this.fault(`${kind.kind} ${name}: ${fault}`);
  }

  /** Notes what was only read, and why where that is not always so. */
  noteRead(kind: string, reason?: string, count = 1): void {
    const key = reason === undefined ? kind : `${kind} (${reason})`;
    this.read.set(key, (this.read.get(key) ?? 0) + count);
  }

  /** Notes something that is wrong. */
  fault(text: string): void {
    const line = text.replace(/\s*\n\s*/g, " ");
    this.faults.push(line.length > mostWords ? `${line.slice(0, mostWords)}...` : line);
  }

  /** Sentences for the record, in an order that does not depend on which answer came first; the others go to the log. */
  problems(): string[] {
    const told = this.faults.toSorted();
    const untold = told.splice(mostTold);
    for (const fault of untold) say(fault);
    return untold.length === 0 ? told : [...told, `and ${untold.length} problems more, in the log`];
  }

  /** Figures for the record. */
  checks(): CheckResult[] {
    const read = [...this.read].map(([kind, count]) => `${kind} ${count}`);
    return [
      this.check("objects made and compared", "made"),
      this.check("objects tried by dry run", "tried"),
      { name: "objects only read", passed: true, found: read.length === 0 ? "none" : read.join(", ") },
    ];
  }

  private check(name: string, proof: "made" | "tried"): CheckResult {
    const good = this.totals[proof] - this.wrong[proof];
    return { name, passed: this.wrong[proof] === 0, found: `${good} of ${this.totals[proof]}` };
  }
}
