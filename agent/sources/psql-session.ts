import { createInterface, type Interface } from "node:readline";
import { Child } from "../child.js";
import type { ConnectionVariables } from "./postgres-connection.js";

const endMark = "--end of rows--";

/** One connection that stays open over several statements, so that a snapshot outlives them. */
export class PsqlSession {
  private readonly child: Child;
  private readonly lines: Interface;
  private readonly failed: Promise<never>;
  private last: Promise<unknown> = Promise.resolve();

  constructor(variables: ConnectionVariables) {
    const args = ["--no-psqlrc", "--no-password", "--quiet", "--no-align", "--tuples-only", "-v", "ON_ERROR_STOP=1"];
    this.child = new Child("psql", args, { ...variables, PGCLIENTENCODING: "UTF8" });
    this.lines = createInterface({ input: this.child.stdout.setEncoding("utf8") });
    this.failed = this.child.ended.then((ending) => {
      throw new Error(this.child.failureMessage(ending));
    });
    this.failed.catch(() => undefined);
  }

  /** Runs a statement after those before it; returns its rows, fields separated by `|`. */
  query(sql: string): Promise<string[]> {
    const rows = this.last.then(() => Promise.race([this.answer(sql), this.failed]));
    this.last = rows.catch(() => undefined);
    return rows;
  }

  /** Ends the connection, whatever it does. */
  close(): void {
    this.child.kill();
  }

  private answer(sql: string): Promise<string[]> {
    return new Promise((resolve) => {
      const rows: string[] = [];
      const take = (line: string): void => {
        if (line !== endMark) {
          rows.push(line);
          return;
        }
        this.lines.off("line", take);
        resolve(rows);
      };
      this.lines.on("line", take);
      this.child.stdin.write(`${sql};\n\\echo ${endMark}\n`);
    });
  }
}
