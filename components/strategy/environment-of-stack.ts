import * as pulumi from "@pulumi/pulumi";
import {
  builtInEnvironments,
  type Environment,
  environment as builtInEnvironment,
  type Issue,
  nearest,
  overridesFromConfig,
  renderIssues,
  unknownKeys,
  withOverrides,
} from "../model/index.js";

/** Options of {@link environmentOfStack}. */
export interface EnvironmentOfStackOptions {
  /** Environments of your own, made by `defineEnvironment`, that a stack may name. @default [] */
  readonly environments?: readonly Environment[];
}

/**
 * The environment of the running stack: the configuration value `backup-tiers:environment`, else the stack's name.
 * Cells of its protection matrix can be overridden under `backup-tiers:protection` in `Pulumi.<stack>.yaml`.
 *
 * @throws RunError, without a stack trace, that lists every unknown name, key and value
 * @example
 * const environment = environmentOfStack();
 */
export function environmentOfStack(options: EnvironmentOfStackOptions = {}): Environment {
  const issues: Issue[] = unknownKeys(options, ["environments"], "options");
  const config = new pulumi.Config("backup-tiers");
  const configured = config.get("environment");
  const name = configured ?? pulumi.getStack();
  const own = options.environments ?? [];
  const choices = [...own.map((candidate) => candidate.name), ...builtInEnvironments];
  if (!choices.includes(name)) issues.push(unknownEnvironment(name, choices, configured !== undefined));

  const { overrides, issues: overrideIssues } = overridesFromConfig(
    structured(config.get("protection"), issues),
    "backup-tiers:protection",
  );
  issues.push(...overrideIssues);
  if (issues.length > 0)
    throw new pulumi.RunError(renderIssues(`the configuration of stack "${pulumi.getStack()}"`, issues));
  const base = own.find((candidate) => candidate.name === name) ?? builtInEnvironment(name);
  return withOverrides(base, overrides);
}

function unknownEnvironment(name: string, choices: readonly string[], configured: boolean): Issue {
  const suggestion = nearest(name, choices);
  const path = configured ? "backup-tiers:environment" : "the stack's name";
  return {
    id: "environment-is-known",
    level: "error",
    path,
    message:
      `${path} must be one of ${choices.map((choice) => `"${choice}"`).join(", ")} (this program), got "${name}"; ` +
      (suggestion === undefined
        ? 'set it with "pulumi config set backup-tiers:environment development"'
        : `did you mean "${suggestion}"?`),
  };
}

/** Structured configuration arrives as JSON text. */
function structured(text: string | undefined, issues: Issue[]): unknown {
  if (text === undefined) return {};
  try {
    return JSON.parse(text);
  } catch {
    issues.push({
      id: "protection-is-structured",
      level: "error",
      path: "backup-tiers:protection",
      message: `backup-tiers:protection must be a map of asset kinds (Pulumi structured configuration), got ${JSON.stringify(text)}; write it as YAML below the key`,
    });
    return {};
  }
}
