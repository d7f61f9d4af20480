import { spawn } from "node:child_process";
import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { buildSync } from "esbuild";
import type { PreviewDocument } from "../../../cli/document/preview-document.js";

const ROOT = join(__dirname, "../../..");
const BUILT = join(ROOT, "node_modules/.cache/backup-tiers-cli", String(process.pid));
let built = false;

/** What a run of the command printed and how it ended. */
export interface CommandResult {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** How a run differs from the ordinary one. */
export interface CommandSettings {
  readonly cwd?: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** What it reads on stdin. @default - nothing */
  readonly input?: string;
  /** Called with the process as soon as it runs. */
  readonly onStart?: (kill: (signal: NodeJS.Signals) => void) => void;
}

/** Folder with the programs that tests preview. */
export const PROGRAMS = join(ROOT, "test/cli/programs");

/** The command as it is shipped, without its types checked: plain JavaScript run by plain node. */
export function commandPath(): string {
  if (!built) {
    const entryPoints = ["cli", "components/model", "components/evidence", "policies"].flatMap((folder) =>
      sourcesIn(join(ROOT, folder)),
    );
    buildSync({
      entryPoints,
      outdir: BUILT,
      outbase: ROOT,
      format: "cjs",
      platform: "node",
      target: "node20",
      sourcemap: "inline",
      logLevel: "error",
    });
    process.once("exit", () => {
      rmSync(BUILT, { recursive: true, force: true });
    });
    built = true;
  }
  return join(BUILT, "cli/main.js");
}

/** Runs `backup-tiers` with these arguments. */
export function runCommand(args: readonly string[], settings: CommandSettings = {}): Promise<CommandResult> {
  const child = spawn(process.execPath, [commandPath(), ...args], {
    cwd: settings.cwd ?? ROOT,
    env: { ...process.env, NODE_OPTIONS: "", ...settings.environment },
    stdio: ["pipe", "pipe", "pipe"],
  });
  child.stdin.end(settings.input);
  settings.onStart?.((signal) => child.kill(signal));
  const chunks = { stdout: "", stderr: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => (chunks.stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (chunks.stderr += text));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (exitCode) => {
      resolve({ exitCode, ...chunks });
    });
  });
}

/** Previews one of the test programs and returns its document. */
export async function previewProgram(
  name: string,
  args: readonly string[] = [],
): Promise<CommandResult & { readonly document: PreviewDocument }> {
  const result = await runCommand(["preview", join(PROGRAMS, name), "--json", ...args]);
  if (result.stdout === "") throw new Error(`no document; standard error says:\n${result.stderr}`);
  return { ...result, document: JSON.parse(result.stdout) as PreviewDocument };
}

function sourcesIn(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts") && !file.endsWith(".d.ts"))
    .map((file) => join(folder, file));
}
