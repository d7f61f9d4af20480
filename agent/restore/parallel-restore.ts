import { writeFile } from "node:fs/promises";
import { run } from "../child.js";
import { say } from "../console.js";
import { AgentFailure, reasonOf } from "../failure.js";
import { movePart, type PlainStages } from "../part-reader.js";
import type { Scratch } from "../scratch.js";
import type { ConnectionVariables } from "../sources/postgres-connection.js";
import type { ArchiveContents } from "./archive-contents.js";
import { identityFailure } from "./identity-failure.js";
import { RestoreWorker } from "./restore-worker.js";
import { RowSplitter } from "./row-splitter.js";

/** What a parallel restore works with. */
export interface ParallelTarget {
  /** Connections that work at once; two or more. */
  readonly jobs: number;
  /** Arguments of every pg_restore, the database among them. */
  readonly args: readonly string[];
  readonly variables: ConnectionVariables;
  /** Gets the contents of the archive and nothing of its data. */
  readonly scratch: Scratch;
}

/** The sections of an archive, as pg_dump(1) has them. */
const sections = {
  before: "--section=pre-data",
  rows: "--section=data",
  after: "--section=post-data",
} as const;

/**
 * Restores one archive by several connections, from one reading of it: the tables, then the rows of each divided among the connections,
 * then indexes and constraints side by side. The rows are committed only when the hash over all bytes is right; the whole
 * is not one transaction, as other connections would not see its tables.
 */
export class ParallelRestore {
  /** Whether the database has changed. */
  tablesMade = false;
  private contentsFile = "";
  private tables: Promise<void> | undefined;

  constructor(private readonly target: ParallelTarget) {}

  /** Makes the tables and loads the rows. Fails with no row loaded when the copy does; then another copy may be taken. */
  async load(stages: PlainStages): Promise<void> {
    let starting: Promise<readonly [RestoreWorker, ...RestoreWorker[]]> | undefined;
    const splitter = new RowSplitter((contents) => {
      starting = this.start(contents, (error) => splitter.destroy(error));
      return starting;
    });
    try {
      await movePart(stages, splitter);
      if (!stages[1].verified) throw new Error("rows would be committed of which not all bytes were read");
      const workers = (await starting) ?? [];
      for (const worker of workers) worker.end();
      await Promise.all(workers.map((worker) => worker.succeeded()));
    } catch (error) {
      // The copy may have failed while the tables were made: nobody may go on behind the back of the next one.
      const workers = (await starting?.catch(() => [])) ?? [];
      const committed = await Promise.all(workers.map((worker) => worker.cancel()));
      // Rows of another copy would come on top of those.
      if (committed.includes(true)) throw new AgentFailure(1, `some of the rows are committed: ${reasonOf(error)}`);
      identityFailure(error);
    }
  }

  /** Makes what comes after the rows: indexes, constraints, triggers, grants. */
  async finish(): Promise<void> {
    const { jobs, args, variables } = this.target;
    say(`the rows are there; indexes and constraints are made by ${String(jobs)} connections`);
    await run("pg_restore", [...args, sections.after, `--jobs=${jobs}`, this.contentsFile], variables);
  }

  private async start(
    contents: ArchiveContents,
    failed: (error: Error) => void,
  ): Promise<readonly [RestoreWorker, ...RestoreWorker[]]> {
    await (this.tables ??= this.makeTables(contents));
    const workers = this.startWorkers(await this.listTables(contents));
    for (const worker of workers) worker.succeeded().catch(failed);
    return workers;
  }

  private async makeTables({ bytes }: ArchiveContents): Promise<void> {
    const { args, variables, scratch } = this.target;
    this.contentsFile = scratch.path("contents");
    await writeFile(this.contentsFile, bytes, { mode: 0o600 });
    await run("pg_restore", [...args, sections.before, "--single-transaction", this.contentsFile], variables);
    this.tablesMade = true;
  }

  /** A list for those who load nothing but rows of tables; undefined when there are none. */
  private async listTables({ tables }: ArchiveContents): Promise<string | undefined> {
    if (tables.size === 0) return undefined;
    const list = this.target.scratch.path("tables");
    await writeFile(list, [...tables.keys()].map((id) => `${id};\n`).join(""), { mode: 0o600 });
    return list;
  }

  /** The first one also loads what cannot be divided: large objects, the places of sequences. */
  private startWorkers(list: string | undefined): [RestoreWorker, ...RestoreWorker[]] {
    const { jobs, args, variables } = this.target;
    const all = [...args, sections.rows, "--single-transaction"];
    const others = list === undefined ? 0 : jobs - 1;
    return [
      new RestoreWorker(all, variables),
      ...Array.from({ length: others }, () => new RestoreWorker([...all, `--use-list=${list ?? ""}`], variables)),
    ];
  }
}
