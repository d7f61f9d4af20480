import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import type { AgentConfig } from "../../../components/model/agent-config.js";
import { agentNodeOptions } from "../../../components/shared/agent-node.js";
import { runProgram } from "../../support/programs.js";

/** How a run of the agent ended. */
export interface AgentRun {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** The last line of stdout. */
  readonly result: Readonly<Record<string, unknown>> & { readonly message: string; readonly id: string };
}

/** The families that {@link agentBundle} knows. */
export const bundleFamilies = ["folder", "s3", "gcs", "azure", "all"] as const;
export type BundleFamily = (typeof bundleFamilies)[number];

let bundles: string | undefined;

/** The bundled agent, built once. */
export function agentBundle(family: BundleFamily): string {
  if (bundles === undefined) {
    bundles = mkdtempSync(join(tmpdir(), "agent-bundle-"));
    const built = spawnSync(process.execPath, ["scripts/bundle-agent.mjs", bundles], { encoding: "utf8" });
    if (built.status !== 0) throw new Error(built.stderr);
    const made = bundles;
    process.once("exit", () => {
      rmSync(made, { recursive: true, force: true });
    });
  }
  return join(bundles, `agent-${family}.cjs`);
}

/** A temporary folder with keys, one folder store and a configuration. */
export class Workspace {
  readonly root = mkdtempSync(join(tmpdir(), "agent-test-"));
  readonly identityFiles = [this.path("identity-1.txt"), this.path("identity-2.txt")] as const;
  readonly storeFolder = this.path("store");
  readonly config: AgentConfig;
  /** Folder in front of PATH, for stand-ins of programs. */
  readonly programs = this.path("bin");
  readonly variables: Record<string, string> = {};
  /** Runs the agent as this user when the tests run as root, which some servers refuse; everything here becomes theirs. */
  asUser: string | undefined;
  /** The Node.js that runs the agent. */
  node = process.execPath;
  /** How far the agent's clock is ahead. */
  clockShiftSeconds = 0;
  private readonly shifted = new Set<string>();

  constructor(changes: Partial<AgentConfig> & Pick<AgentConfig, "source">) {
    mkdirSync(this.storeFolder);
    mkdirSync(this.programs);
    for (const file of this.identityFiles) runProgram("age-keygen", ["-o", file]);
    this.makeSigningKey("signing");
    this.config = {
      version: 1,
      environment: "production",
      asset: "orders",
      stores: [{ kind: "folder", name: "primary", path: this.storeFolder, prefix: "backups" }],
      retention: { hourly: 86_400 },
      recipients: this.identityFiles.map((file) => runProgram("age-keygen", ["-y", file]).toString().trim()),
      signing: { secretKeyFile: this.path("signing.key"), publicKeys: [this.publicKey("signing")] },
      maxAgeSeconds: 3600,
      ...changes,
    };
  }

  path(name: string): string {
    return join(this.root, name);
  }

  /** Adds a folder as another store; returns its path. */
  addStore(name: string): string {
    const path = this.path(name);
    mkdirSync(path);
    const stores: AgentConfig["stores"] = [...this.config.stores, { kind: "folder", name, path, prefix: "backups" }];
    Object.assign(this.config, { stores });
    return path;
  }

  /** Makes `<name>.key` and `<name>.pub`. */
  makeSigningKey(name: string): void {
    runProgram("minisign", ["-G", "-W", "-p", this.path(`${name}.pub`), "-s", this.path(`${name}.key`)]);
  }

  publicKey(name: string): string {
    return readFileSync(this.path(`${name}.pub`), "utf8").split("\n")[1] ?? "";
  }

  /** Puts a stand-in for a program in front of PATH. */
  program(name: string, script: string): void {
    writeFileSync(join(this.programs, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(this.programs, name), 0o755);
  }

  /** Starts the agent; the configuration may be changed for this run. */
  start(args: readonly string[], changes: object = {}, family: BundleFamily = "folder"): ChildProcess {
    const file = this.path(`config-${String(Math.random())}.json`);
    writeFileSync(file, JSON.stringify({ ...this.config, ...changes }));
    const [command = "", ...rest] = args;
    const env = {
      ...process.env,
      NODE_OPTIONS: `--require ${resolve("test/agent/support/preload.cjs")}`,
      CLOCK_SHIFT_SECONDS: String(this.clockShiftSeconds),
      NODE_NO_WARNINGS: "1",
      ...this.variables,
      PATH: `${this.programs}:${process.env["PATH"] ?? ""}`,
    };
    const bundle = agentBundle(family);
    const [program = "", ...before] = this.asUser === undefined ? [this.node] : this.becoming(this.asUser, bundle);
    return spawn(program, [...before, ...agentNodeOptions, bundle, command, "--config", file, ...rest], {
      env,
      stdio: ["ignore", "pipe", "pipe"],
    });
  }

  /** Runs the agent to its end. */
  async run(args: readonly string[], changes: object = {}, family: BundleFamily = "folder"): Promise<AgentRun> {
    const run = await ended(this.start(args, changes, family));
    this.shiftNewFiles();
    return run;
  }

  /** What the agent stored has the time that its clock showed, as a store with the same clock would give it. */
  private shiftNewFiles(): void {
    for (const file of this.stored()) {
      if (this.shifted.has(file)) continue;
      this.shifted.add(file);
      const time = statSync(file).mtimeMs / 1000 + this.clockShiftSeconds;
      utimesSync(file, time, time);
    }
  }

  /** Every file of the store, relative, in order. */
  stored(folder = this.storeFolder): string[] {
    const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile());
    return files.map((entry) => resolve(entry.parentPath, entry.name)).sort();
  }

  /** The one stored file whose name ends so. */
  storedFile(ending: string): string {
    const found = this.stored().filter((file) => file.endsWith(ending));
    if (found.length !== 1) throw new Error(`${String(found.length)} files end in ${ending}`);
    return found[0] ?? "";
  }

  private becoming(user: string, bundle: string): string[] {
    if (process.getuid?.() !== 0) return [this.node];
    runProgram("chown", ["-R", user, this.root]);
    chmodSync(dirname(bundle), 0o755);
    return ["setpriv", `--reuid=${user}`, `--regid=${user}`, "--clear-groups", this.node];
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}

/** Collects what a process prints and how it ends. */
export async function ended(child: ChildProcess): Promise<AgentRun> {
  let stdout = "";
  let stderr = "";
  child.stdout?.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const code = await new Promise<number | null>((done) => child.once("close", done));
  const last = stdout.trimEnd().split("\n").at(-1) ?? "";
  const result = (last.startsWith("{") ? JSON.parse(last) : {}) as AgentRun["result"];
  return { code, stdout, stderr, result };
}
