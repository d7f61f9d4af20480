import { existsSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join, resolve } from "node:path";
import { choose } from "../components/model/nearest.js";
import type { PolicyFinding, PreviewDocument } from "./document/preview-document.js";
import { readInvokeAnswers } from "./engine/invoke-answers.js";
import { previewStack, type PreviewRequest, type PreviewResult } from "./engine/preview.js";
import { killAllPrograms } from "./engine/program-process.js";
import type { RegisteredResource } from "./engine/registered-resource.js";
import { readStackReferences } from "./engine/stack-reference-answers.js";
import { resolveConfiguration, type ConfigurationOverrides } from "./project/configuration.js";
import type { PolicyPack } from "./policy/policy-pack.js";
import { loadProject, stackFileOf, stacksOf, type Project } from "./project/project-file.js";
import { showProgress } from "./render/progress.js";
import { UsageError } from "./usage-error.js";

/** Options of `backup-tiers preview`. */
export interface PreviewOptions {
  readonly stack: readonly string[];
  readonly organization: string;
  readonly json: boolean;
  readonly out?: string;
  readonly config: readonly string[];
  readonly configValue: Readonly<Record<string, string>>;
  readonly secret: Readonly<Record<string, string>>;
  readonly typeCheck: boolean;
  /** Seconds. */
  readonly timeout: number;
  readonly stackReferences?: string;
  readonly invokes?: string;
  readonly policyPack: readonly string[];
}

/** Previews that run at the same time: one more than cores, since each waits now and then; each takes about 250 MB. */
const PARALLEL = Math.min(4, availableParallelism() + 1);

/** Previews the stacks of a project and prints them; returns the exit code. */
export async function previewCommand(directory: string, options: PreviewOptions): Promise<number> {
  process.once("exit", killAllPrograms);
  const requests = prepare(directory, options);
  const packs = await startPolicyPacks(options.policyPack);
  const policies = async (resources: readonly RegisteredResource[]): Promise<readonly PolicyFinding[]> => {
    const findings = await Promise.all(packs.map((pack) => pack.evaluate(resources)));
    return findings.flat();
  };
  const names = requests.map(({ stack }) => stack).join(", ");
  const hideProgress = showProgress(`Previewing ${names}`, process.stderr);
  let results: readonly PreviewResult[];
  try {
    const checked = requests.map((request) => (packs.length === 0 ? request : { ...request, policies }));
    results = await inParallel(checked, PARALLEL, previewStack);
  } finally {
    hideProgress();
    for (const pack of packs) pack.close();
  }
  await print(results, options);
  return results.some(({ document }) => isBroken(document)) ? 1 : 0;
}

/** Reads all files and finds all problems of the call before anything runs. */
function prepare(directory: string, options: PreviewOptions): readonly PreviewRequest[] {
  const problems: string[] = [];
  const attempt = <T>(read: () => T): T | undefined => {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      problems.push(...error.problems);
      return undefined;
    }
  };
  const stackReferences = attempt(() => readStackReferences(options.stackReferences)) ?? new Map();
  const invokeAnswers = attempt(() => readInvokeAnswers(options.invokes)) ?? new Map();
  const project = attempt(() => loadProject(directory));
  const stacks = project === undefined ? [] : (attempt(() => chooseStacks(project, options)) ?? []);
  const overrides = { files: options.config, values: options.configValue, secrets: options.secret };
  const requests = stacks.flatMap((stack) => {
    if (project === undefined) return [];
    const { configuration, found } = configurationOf(project, stack.name, overrides);
    problems.push(...found);
    return {
      project,
      stack: stack.name,
      organization: stack.organization ?? options.organization,
      configuration,
      stackReferences,
      invokeAnswers,
      typeCheck: options.typeCheck,
      timeoutSeconds: options.timeout,
    };
  });
  if (problems.length > 0) throw new UsageError([...new Set(problems)]);
  return requests;
}

/** Loaded only when it is needed. */
async function startPolicyPacks(directories: readonly string[]): Promise<readonly PolicyPack[]> {
  if (directories.length === 0) return [];
  const wrong = directories.filter((directory) => !existsSync(join(directory, "PulumiPolicy.yaml")));
  if (wrong.length > 0) {
    throw new UsageError(wrong.map((name) => `--policy-pack must name a folder with a PulumiPolicy.yaml, got ${name}`));
  }
  const { PolicyPack: Pack } = await import("./policy/policy-pack.js");
  return directories.map((directory) => new Pack(resolve(directory)));
}

function configurationOf(
  project: Project,
  stack: string,
  overrides: ConfigurationOverrides,
): { configuration: PreviewRequest["configuration"]; found: readonly string[] } {
  const { configuration, problems } = resolveConfiguration(project, stack, stackFileOf(project, stack), overrides);
  return { configuration, found: problems };
}

/** One stack to preview: `organization/project/stack`, `organization/stack` or `stack`. */
interface ChosenStack {
  readonly name: string;
  readonly organization?: string;
}

function chooseStacks(project: Project, options: PreviewOptions): readonly ChosenStack[] {
  const known = stacksOf(project);
  if (options.stack.length === 0) {
    if (known.length > 1) {
      throw new UsageError([`--stack must say which stack to preview, got none; there are ${known.join(", ")}`]);
    }
    return [{ name: known[0] ?? "dev" }];
  }
  const chosen = options.stack.map((text): ChosenStack => {
    const parts = text.split("/");
    const name = parts[parts.length - 1] ?? text;
    return parts.length === 1 ? { name } : { name, organization: parts[0] ?? "" };
  });
  // A project without any stack file, or one whose configuration is given here, may have any stack.
  const strict = known.length > 0 && options.config.length === 0;
  const unknown = chosen.filter(({ name }) => strict && !known.includes(name));
  if (unknown.length > 0) {
    throw new UsageError(
      unknown.map(
        ({ name }) =>
          `--stack must be one of the project's stacks, got ${JSON.stringify(name)}; ${choose(name, known)}`,
      ),
    );
  }
  return chosen;
}

async function inParallel<In, Out>(
  items: readonly In[],
  limit: number,
  run: (item: In) => Promise<Out>,
): Promise<readonly Out[]> {
  const results: Out[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let index = next++; index < items.length; index = next++) results[index] = await run(items[index] as In);
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
  return results;
}

async function print(results: readonly PreviewResult[], options: PreviewOptions): Promise<void> {
  const documents = results.map(({ document }) => document);
  const json = `${JSON.stringify(documents.length === 1 ? documents[0] : documents, undefined, 2)}\n`;
  if (options.out !== undefined) writeFileSync(options.out, json);
  if (options.json) {
    for (const { document, messages, output } of results) {
      const error = document.error === undefined ? [] : [`error: ${document.error.message}`];
      const lines = [
        output.trimEnd(),
        ...messages.map(({ severity, message }) => `${severity}: ${message.trim()}`),
        ...error,
      ];
      const text = lines.filter((line) => line !== "").join("\n");
      if (text !== "") process.stderr.write(`${text}\n`);
    }
    await write(json);
    return;
  }
  const { renderPreviews } = await import("./render/preview-report.js");
  await write(renderPreviews(results));
}

/** Waits until all is written: a pipe takes less at once than a long document. */
function write(text: string): Promise<void> {
  return new Promise((done, reject) => {
    process.stdout.write(text, (error) => {
      if (error) reject(error);
      else done();
    });
  });
}

function isBroken(document: PreviewDocument): boolean {
  return (
    document.error !== undefined ||
    document.plan.issues.some(({ level }) => level === "error") ||
    document.policies.some(({ level }) => level !== "advisory")
  );
}
