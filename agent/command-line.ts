import { choose } from "../components/model/nearest.js";
import type { Command, CommandOption, Options } from "./commands/command.js";
import { configVariable } from "./config/load.js";
import { configurationFailure } from "./failure.js";

const commonOptions: Readonly<Record<string, CommandOption>> = {
  config: { value: "FILE", help: `configuration, as the component library writes it (default: $${configVariable})` },
  help: { help: "show this text" },
};

/** A call that was understood. */
export interface Call {
  readonly name: string;
  readonly options: Options;
}

/** Reads the arguments; every problem in them is told at once. */
export function parseCall(argv: readonly string[], commands: Readonly<Record<string, Command>>): Call {
  const [name = "", ...rest] = argv;
  if (name === "--help" || name === "help" || name === "-h") return { name: "", options: { help: true } };
  const command = commands[name];
  if (command === undefined) {
    const names = Object.keys(commands);
    throw configurationFailure([
      `command must be one of ${names.join(", ")}, got ${JSON.stringify(name)}; ${choose(name, names)}`,
    ]);
  }
  return { name, options: parseOptions(rest, { ...commonOptions, ...command.options }) };
}

/** Help for one command, or for all. */
export function helpText(name: string, commands: Readonly<Record<string, Command>>): string {
  const command = commands[name];
  if (command === undefined) {
    const rows = Object.entries(commands).map(([each, { summary }]) => `  ${each.padEnd(10)}${summary}`);
    const codes =
      "Exit codes: 0 done; 1 failed, a retry may help; 2 wrong call or configuration; 3 bad content of a store.";
    return [
      "usage: agent <command> --config FILE [options]",
      "",
      ...rows,
      "",
      codes,
      "<command> --help tells more.",
    ].join("\n");
  }
  const options = Object.entries({ ...commonOptions, ...command.options });
  const rows = options.map(([each, { value, help }]) => `  ${`--${each} ${value ?? ""}`.padEnd(24)}${help}`);
  return [`usage: agent ${name} --config FILE [options]`, "", command.summary, "", ...rows].join("\n");
}

function parseOptions(args: readonly string[], known: Readonly<Record<string, CommandOption>>): Options {
  const options: Record<string, string | boolean> = {};
  const problems: string[] = [];
  for (let index = 0; index < args.length; index++) {
    const [word = "", ...inline] = (args[index] ?? "").split("=");
    const name = word.slice(2);
    const option = word.startsWith("--") ? known[name] : undefined;
    if (option === undefined) {
      const advice = choose(
        word,
        Object.keys(known).map((each) => `--${each}`),
      );
      problems.push(`options must be known ones, got ${JSON.stringify(args[index])}; ${advice}`);
    } else if (name in options) {
      problems.push(`--${name} must be given once, got it twice; leave one out`);
    } else if (option.value === undefined) {
      if (inline.length > 0) problems.push(`--${name} must stand alone, got a value; leave it out`);
      options[name] = true;
    } else {
      const value = inline.length > 0 ? inline.join("=") : args[++index];
      if (value === undefined || value === "")
        problems.push(`--${name} must have a value, got none; write ${option.value} after it`);
      options[name] = value ?? "";
    }
  }
  if (options["help"] !== true && options["config"] === undefined && process.env[configVariable] === undefined) {
    problems.push(`--config must be given, got nothing; write --config FILE or set ${configVariable}`);
  }
  if (problems.length > 0 && options["help"] !== true) throw configurationFailure(problems);
  return options;
}
