#!/usr/bin/env node
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Command, CommanderError, InvalidArgumentError } from "commander";
import type { PreviewOptions } from "./preview-command.js";
import type { RestoreOptions } from "./restore/restore-options.js";
import { UsageError } from "./usage-error.js";

/** The call was wrong. */
const USAGE = 2;

function createProgram(): Command {
  const program = new Command("backup-tiers")
    .description("Previews Pulumi programs offline, shows what protects their data, and restores it")
    .version(ownVersion())
    .exitOverride()
    .showHelpAfterError("(see --help)");
  addPreview(program);
  addRestore(program);
  return program;
}

function addPreview(program: Command): void {
  program
    .command("preview")
    .description("run a Pulumi program with no CLI, login, credentials or plugins, and show what it declares")
    .argument("[directory]", "folder of a Pulumi project", ".")
    .option("-s, --stack <name>", "stack to preview; repeat it for several", append, [])
    .option("--json", "print one JSON document (a list of them for several stacks)", false)
    .option("--out <file>", "also write the JSON there")
    .option("--config <file>", "further configuration of the form of Pulumi.<stack>.yaml; repeatable", append, [])
    .option("-c, --config-value <key=value>", "one configuration value; repeatable", appendPair, {})
    .option("--secret <key=value>", "one secret configuration value; repeatable", appendPair, {})
    .option("--type-check", "check the program's types, as `pulumi up` does", false)
    .option("--timeout <seconds>", "time limit for each stack's program", positiveNumber, 120)
    .option("--stack-references <file>", "outputs of other stacks: { stack: { output: value } }")
    .option("--invokes <file>", "results of provider functions: { token: result }")
    .option("--policy-pack <directory>", "policy pack to run on the preview; repeatable", append, [])
    .option("--organization <name>", "organization that the program sees", "organization")
    .action(async (directory: string, options: PreviewOptions) => {
      const { previewCommand } = await import("./preview-command.js");
      process.exitCode = await previewCommand(directory, options);
    });
}

const restoreExample = `
Example, into an empty database beside the real one:
  kubectl get cronjob orders --namespace shop --output json \\
    | backup-tiers restore --identity-secret backup-identity --database orders_restored \\
    | kubectl create --filename -`;

function addRestore(program: Command): void {
  program
    .command("restore")
    .description("print a Job that restores what a backup's CronJob has stored; it needs nothing but that CronJob")
    .argument("[file]", "the CronJob in JSON, as `kubectl get cronjob NAME --output json` prints it", "-")
    .requiredOption("--identity-secret <name[/key]>", "Secret with the age identity; its key defaults to identity.txt")
    .option("--id <id>", "this backup; else the newest")
    .option("--at <time>", "the newest that holds data of this time or before")
    .option("--store <name>", "from this store only; else the first with a good copy")
    .option("--database <name>", "PostgreSQL: into this database; else the one it came from")
    .option("--into-existing <name>", "PostgreSQL: repeats the database's name to replace what is in it")
    .option("--jobs <n>", "PostgreSQL: loads rows and makes indexes by N connections; not one transaction")
    .option("--no-owner", "PostgreSQL: leaves owners and grants out")
    .option("--claim <name>", "every other kind: into a new file on this PersistentVolumeClaim")
    .option("--file <path>", "with --claim: path of that file in the volume")
    .option("--part <name>", "which part of the artefact; else the whole, or with --claim the last")
    .addHelpText("after", restoreExample)
    .action(async (file: string, options: RestoreOptions) => {
      const { restoreCommand } = await import("./restore-command.js");
      restoreCommand(file, options);
    });
}

function append(value: string, previous: readonly string[]): readonly string[] {
  return [...previous, value];
}

function appendPair(text: string, previous: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const end = text.indexOf("=");
  if (end < 1) throw new InvalidArgumentError("It must be of the form key=value.");
  return { ...previous, [text.slice(0, end)]: text.slice(end + 1) };
}

function positiveNumber(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value <= 86_400))
    throw new InvalidArgumentError("It must be a number of seconds from 1 to 86400.");
  return value;
}

/** The package's manifest lies above this file, in the sources as in `dist`. */
function ownVersion(): string {
  for (const up of ["..", "../.."]) {
    try {
      const text = readFileSync(join(__dirname, up, "package.json"), "utf8");
      return (JSON.parse(text) as { version: string }).version;
    } catch {
      continue;
    }
  }
  return "0.0.0";
}

async function main(): Promise<void> {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.once(signal, () => {
      // The "exit" listeners end the programs that run.
      process.exit(signal === "SIGINT" ? 130 : 143);
    });
  }
  try {
    await createProgram().parseAsync();
  } catch (error) {
    if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : USAGE;
    else if (error instanceof UsageError) {
      process.stderr.write(error.problems.map((problem) => `error: ${problem}\n`).join(""));
      process.exitCode = USAGE;
    } else throw error;
  }
}

void main();
