import { Child } from "../child.js";
import type { ConnectionVariables } from "../sources/postgres-connection.js";
import type { RowTaker } from "./row-splitter.js";

/** Bytes that a worker may have before it; what it gets then is still taken. */
const longestBacklog = 1024 * 1024;

/** A pg_restore that loads its share of the rows, all in one transaction. */
export class RestoreWorker implements RowTaker {
  backlog = 0;
  private readonly child: Child;
  private readonly waiting: (() => void)[] = [];

  constructor(args: readonly string[], variables: ConnectionVariables) {
    this.child = new Child("pg_restore", args, variables);
  }

  write(bytes: Buffer): void {
    this.backlog += bytes.length;
    // Called with an error too, when the program has ended: how it did is told by `succeeded`.
    this.child.stdin.write(bytes, () => {
      this.backlog -= bytes.length;
      if (this.backlog <= longestBacklog) for (const go of this.waiting.splice(0)) go();
    });
  }

  async room(): Promise<void> {
    if (this.backlog > longestBacklog) await new Promise<void>((go) => this.waiting.push(go));
  }

  /** Tells it that no more comes. */
  end(): void {
    this.child.stdin.end();
  }

  /** Resolves when it has committed, rejects with its complaint otherwise. */
  succeeded(): Promise<void> {
    return this.child.succeeded();
  }

  /** Ends it, so that the server rolls back what it loaded; tells whether it had committed before. */
  async cancel(): Promise<boolean> {
    this.child.kill();
    const ending = await this.child.ended.catch(() => undefined);
    return ending?.code === 0;
  }
}
