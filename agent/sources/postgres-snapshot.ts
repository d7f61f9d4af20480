import type { PostgresDatabaseSource, PostgresSource } from "../../components/model/agent-config.js";
import { Child } from "../child.js";
import { AgentFailure } from "../failure.js";
import { named, type DatabaseNames } from "../postgres-parts.js";
import { countRows, quotedTable } from "./postgres-counts.js";
import { connectionVariables, literal, serverVersionNumber, type ConnectionVariables } from "./postgres-connection.js";
import type { PgDump } from "./pg-dump.js";
import { programStream } from "./program-stream.js";
import { PsqlSession } from "./psql-session.js";
import { refuseLag } from "./replica-lag.js";
import type { SourcePart } from "./source.js";

const defaultLockSeconds = 60;

/** One database, and the moment of it that is dumped and counted. */
export class PostgresSnapshot {
  private readonly session: PsqlSession;
  private snapshot = "";
  private counted: Promise<Record<string, number>> | undefined;

  private constructor(
    readonly variables: ConnectionVariables,
    /** As `server_version_num` has it: 150020. */
    readonly serverNumber: number,
    private readonly source: PostgresSource,
    private readonly tables: readonly string[],
    private readonly names: DatabaseNames,
  ) {
    this.session = new PsqlSession(variables);
  }

  /** Connects; whoever opens one closes it. */
  static async open(
    source: PostgresSource,
    { name, countTables = [] }: PostgresDatabaseSource,
    names: DatabaseNames,
  ): Promise<PostgresSnapshot> {
    const variables = await connectionVariables(source, name);
    const serverNumber = await serverVersionNumber(source, variables);
    return new PostgresSnapshot(variables, serverNumber, source, countTables, names);
  }

  /** Runs one statement. */
  async ask(sql: string): Promise<string> {
    return (await this.session.query(sql)).join("\n");
  }

  /** Refuses what no retry can heal, and old data. */
  async prepare(): Promise<void> {
    // The snapshot must live as long as the dump, and the counts must see every row that the dump sees.
    await this.ask("SET idle_in_transaction_session_timeout = 0; SET statement_timeout = 0; SET row_security = off");
    await refuseLag((sql) => this.ask(sql), this.source.mostLagSeconds);
    await this.refuseMissingTables();
  }

  /** Takes the snapshot: what happens from now on is not in the backup. */
  async take(): Promise<void> {
    await this.ask("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY");
    this.snapshot = await this.ask("SELECT pg_export_snapshot()");
  }

  /** The dump of the snapshot; rows are counted in it while the dump runs. */
  part({ starter }: PgDump): SourcePart {
    const options = ["--format=custom", "--compress=0", "--no-password", `--snapshot=${this.snapshot}`];
    const args = [...options, lockTimeout(this.source)];
    return {
      name: this.names.part,
      extension: this.names.extension,
      beginsWith: "PGDMP",
      open: () => {
        this.counts().catch(() => undefined);
        return programStream(new Child("pg_dump", args, this.variables, { starter }));
      },
    };
  }

  /** Rows of the counted tables in the snapshot, under the names of the manifest. */
  counts(): Promise<Record<string, number>> {
    this.counted ??= countRows(this.tables, (sql) => this.ask(sql)).then((counts) =>
      named(this.names.countPrefix, counts),
    );
    return this.counted;
  }

  /** Lets the snapshot go, at any time. */
  close(): void {
    this.session.close();
  }

  private async refuseMissingTables(): Promise<void> {
    const missing: string[] = [];
    for (const table of this.tables) {
      const found = await this.ask(`SELECT to_regclass(${literal(quotedTable(table))}) IS NOT NULL`);
      if (found !== "t") missing.push(table);
    }
    if (missing.length === 0) return;
    const list = missing.map((table) => JSON.stringify(table)).join(", ");
    const rule = `source.countTables must name tables of the database ${this.variables["PGDATABASE"] ?? ""}`;
    throw new AgentFailure(2, `${rule}, got ${list}; write schema.table`);
  }
}

/** Option that ends a dump which waits too long for a lock. */
export function lockTimeout({ lockTimeoutSeconds = defaultLockSeconds }: PostgresSource): string {
  return `--lock-wait-timeout=${String(lockTimeoutSeconds * 1000)}`;
}
