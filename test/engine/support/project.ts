import { execFile } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const root = join(__dirname, "../../..");

/** What `pulumi up --json` and `preview --json` say of one resource. */
export interface Step {
  readonly op: string;
  readonly urn: string;
  readonly detailedDiff?: Record<string, unknown> | null;
  readonly newState?: { readonly inputs: Record<string, unknown> };
}

/** A copy of an example as a project of its own, with the package installed, under the real engine and a state of its own. */
export class Project {
  readonly folder = mkdtempSync(join(tmpdir(), "project-"));

  /** @param environment - variables of the engine and the program beside this process's own */
  constructor(
    example: string,
    private readonly environment: Readonly<Record<string, string>> = {},
  ) {
    cpSync(join(root, example), this.folder, { recursive: true });
    const modules = join(this.folder, "node_modules");
    mkdirSync(modules);
    for (const entry of readdirSync(join(root, "node_modules"))) {
      if (!entry.startsWith(".")) symlinkSync(join(root, "node_modules", entry), join(modules, entry));
    }
    symlinkSync(root, join(modules, "pulumi-backup-tiers"));
    mkdirSync(join(this.folder, "state"));
    const dependencies = { "pulumi-backup-tiers": "*", "@pulumi/pulumi": "*", "@pulumi/kubernetes": "*" };
    writeFileSync(
      join(this.folder, "package.json"),
      JSON.stringify({ name: "project", version: "1.0.0", dependencies }),
    );
    cpSync(join(root, "tsconfig.json"), join(this.folder, "tsconfig.json"));
  }

  /** Runs the engine's CLI; rejects with what it printed when it fails. */
  async pulumi(...args: string[]): Promise<string> {
    const env = {
      ...process.env,
      ...this.environment,
      PULUMI_BACKEND_URL: `file://${join(this.folder, "state")}`,
      PULUMI_CONFIG_PASSPHRASE: "test",
    };
    try {
      const { stdout } = await run("pulumi", ["--cwd", this.folder, "--non-interactive", ...args], {
        env,
        maxBuffer: 64e6,
      });
      return stdout;
    } catch (error) {
      const { stdout, stderr } = error as { stdout: string; stderr: string };
      throw new Error(`pulumi ${args.join(" ")} failed:\n${stdout}\n${stderr}`, { cause: error });
    }
  }

  /** The steps that a preview foresees. */
  async steps(stack: string): Promise<Step[]> {
    const { steps } = JSON.parse(await this.pulumi("preview", "--stack", stack, "--json")) as { steps?: Step[] };
    return steps ?? [];
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
