import { helpText, parseCall } from "./command-line.js";
import { commands } from "./commands/commands.js";
import { loadConfig } from "./config/load.js";
import { say, withoutSecrets } from "./console.js";
import { AgentFailure, reasonOf } from "./failure.js";
import { heedSignals, interruption } from "./interruption.js";
import { resultLine, type Outcome } from "./result.js";
import { openContext } from "./run-context.js";
import type { StoreFactories } from "./stores/store.js";

/** Runs one command and ends the process with its code. */
export async function main(argv: readonly string[], factories: StoreFactories): Promise<void> {
  const began = process.hrtime.bigint();
  const about: { environment?: string; asset?: string } = {};
  let command = argv[0] ?? "";
  let dataOnStdout = false;
  heedSignals();
  // Pods of one volume run as different users of one group; nobody else reads or writes there.
  process.umask(0o007);
  const finish = (outcome: Outcome): void => {
    const seconds = Number(process.hrtime.bigint() - began) / 1e9;
    const line = `${resultLine(command, seconds, about, outcome)}\n`;
    const stream = dataOnStdout ? process.stderr : process.stdout;
    process.exitCode = outcome.exitCode;
    stream.write(line, () => process.exit(outcome.exitCode));
  };
  try {
    const call = parseCall(argv, commands);
    command = call.name;
    if (call.options["help"] === true) {
      process.stdout.write(`${helpText(call.name, commands)}\n`, () => process.exit(0));
      return;
    }
    dataOnStdout = call.options["output"] === "-";
    const config = await loadConfig(textOption(call.options["config"]), Object.keys(factories));
    Object.assign(about, { environment: config.environment, asset: config.asset });
    const context = openContext(config, factories);
    finish((await commands[call.name]?.run(context, call.options)) ?? { exitCode: 2, message: "no such command" });
  } catch (error) {
    const outcome = outcomeOfFailure(interruption.aborted ? interruption.reason : error);
    for (const line of outcome.message.split("\n")) say(line);
    finish(outcome);
  }
}

function textOption(value: string | boolean | undefined): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function outcomeOfFailure(error: unknown): Outcome {
  if (error instanceof AgentFailure) return { exitCode: error.exitCode, message: withoutSecrets(error.message) };
  return { exitCode: 1, message: withoutSecrets(reasonOf(error)) };
}
