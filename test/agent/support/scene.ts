import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, rmSync } from "node:fs";
import type { AgentConfig } from "../../../components/model/agent-config.js";
import { type AgentRun, type BundleFamily, Workspace } from "./workspace.js";

interface ListedBackup {
  readonly id: string;
  readonly good: boolean;
}

/** One asset with one good backup, to which something is going to happen. Its source remembers what it gave last. */
export class Scene {
  readonly workspace: Workspace;
  /** Id of the last backup that is known to be good, and the hash of what it holds. */
  private lastGood = { id: "", sha256: "" };

  /**
   * @param family The bundle that runs.
   * @param script What the source runs; what it prints is kept in a file.
   * @param clean The stores as they are reached when nothing is broken.
   */
  constructor(
    private readonly family: BundleFamily,
    script: string,
    private readonly clean: () => readonly object[] | undefined,
    changes: Partial<AgentConfig> = {},
  ) {
    this.workspace = new Workspace({ source: { kind: "command", command: ["true"] }, ...changes });
    this.source(script);
  }

  /** What the source runs from now on. */
  source(script: string, ending = ""): void {
    const command = ["sh", "-c", `( ${script} ) | tee ${this.workspace.path("given")}; ${ending}`];
    Object.assign(this.workspace.config, { source: { kind: "command", command } });
  }

  /** Makes the backup that must survive. */
  async start(): Promise<void> {
    const run = await this.run(["backup"]);
    assert.equal(run.code, 0, run.stderr);
    this.lastGood = { id: run.result.id, sha256: sha256(this.workspace.path("given")) };
  }

  /** Runs the agent with the stores as they are, or with others. */
  run(args: readonly string[], stores = this.clean()): Promise<AgentRun> {
    return this.workspace.run(args, stores === undefined ? {} : { stores }, this.family);
  }

  /** Arguments that restore one backup into a file that is not there yet. */
  restoring(...which: readonly string[]): string[] {
    rmSync(this.workspace.path("out"), { force: true });
    const identity = this.workspace.identityFiles[0];
    return ["restore", ...which, "--identity", identity, "--output", this.workspace.path("out")];
  }

  /**
   * The invariant of every fault: a run that says success has made a backup that restores to what the source gave, and
   * the last good one is still listed as good and restores unchanged.
   */
  async assertInvariant(run?: AgentRun): Promise<void> {
    const listed = await this.run(["list", "--json"]);
    assert.equal(listed.code, 0, listed.stderr);
    const good = (listed.result["backups"] as readonly ListedBackup[]).filter((backup) => backup.good);
    const ids = good.map(({ id }) => id);
    assert.ok(ids.includes(this.lastGood.id), `the last good backup ${this.lastGood.id} is not listed as good`);
    const made = run?.result["command"] === "backup" ? (run.result.id as string | undefined) : undefined;
    if (run?.code === 0) assert.ok(made === undefined || ids.includes(made), `${String(made)} was said to be made`);
    for (const id of new Set([this.lastGood.id, ...(made === undefined ? [] : [made])])) {
      if (!ids.includes(id)) continue;
      const restored = await this.run(this.restoring("--id", id));
      assert.equal(restored.code, 0, `${id}: ${restored.stderr}`);
      const found = sha256(this.workspace.path("out"));
      if (id === this.lastGood.id) assert.equal(found, this.lastGood.sha256, "the last good backup changed");
      if (id === made) assert.equal(found, sha256(this.workspace.path("given")), "the new backup holds something else");
    }
  }

  /** Every backup that is listed as good is good, down to its bytes. */
  async assertAllGood(): Promise<void> {
    const check = await this.run(["check", "--deep", "--all"]);
    assert.equal(check.code, 0, check.stderr);
  }

  /** Whether a restore left its file. */
  get restored(): boolean {
    return existsSync(this.workspace.path("out"));
  }

  remove(): void {
    this.workspace.remove();
  }
}

function sha256(file: string): string {
  return createHash("sha256").update(readFileSync(file)).digest("hex");
}
