import type { Server } from "@grpc/grpc-js";
import type { PolicyFinding, PreviewDocument, PreviewedResource } from "../document/preview-document.js";
import { planOfOutputs } from "../document/plan-of-outputs.js";
import type { Configuration } from "../project/configuration.js";
import type { Project } from "../project/project-file.js";
import { engineService, type LogMessage } from "./engine-service.js";
import type { InvokeAnswers } from "./invoke-answers.js";
import { outputWithout, programError, type PreviewError } from "./program-outcome.js";
import { ProgramProcess } from "./program-process.js";
import { findSdk, installedProviderVersion, loadProtocol, type Protocol } from "./program-sdk.js";
import { Redaction } from "./redaction.js";
import type { RegisteredResource } from "./registered-resource.js";
import { ResourceMonitor } from "./resource-monitor.js";
import type { StackReferenceAnswers } from "./stack-reference-answers.js";
import { isProviderType } from "./urn.js";
import { printableMap, printableText, secretTextsOf, type WireMap } from "./wire-value.js";

/** What to preview, and how. */
export interface PreviewRequest {
  readonly project: Project;
  readonly stack: string;
  readonly organization: string;
  readonly configuration: Configuration;
  readonly stackReferences: StackReferenceAnswers;
  readonly invokeAnswers: InvokeAnswers;
  /** Check types as `pulumi up` does; slower. */
  readonly typeCheck: boolean;
  readonly timeoutSeconds: number;
  /** Evaluates policies on what was registered. */
  readonly policies?: (resources: readonly RegisteredResource[]) => Promise<readonly PolicyFinding[]>;
}

/** A finished preview. */
export interface PreviewResult {
  readonly document: PreviewDocument;
  /** Warnings and notes, ready to print. */
  readonly messages: readonly LogMessage[];
  /** What the program itself printed. */
  readonly output: string;
}

/** Runs the program of one stack against a stand-in for Pulumi's engine. */
export async function previewStack(request: PreviewRequest): Promise<PreviewResult> {
  const { project, configuration } = request;
  const redaction = new Redaction(configuration.secretTexts);
  const notes = configuration.notes.map((message): LogMessage => ({ severity: "warning", message, urn: "" }));
  if (configuration.complaints.length > 0) {
    const error: PreviewError = { kind: "configuration", message: configuration.complaints.join("\n") };
    return { document: emptyDocument(request, error), messages: notes, output: "" };
  }
  const sdk = findSdk(project.workingDirectory);
  const program = new ProgramProcess({
    sdk,
    workingDirectory: project.workingDirectory,
    nodeArguments: project.nodeArguments,
    environment: programEnvironment(request),
    timeoutSeconds: request.timeoutSeconds,
  });
  try {
    const protocol = loadProtocol(sdk);
    const log: LogMessage[] = [];
    const monitor = new ResourceMonitor(protocol, scopeOf(request), project.workingDirectory, () => {
      program.kill();
    });
    const server = new protocol.grpc.Server({ "grpc.max_receive_message_length": 400 * 1024 * 1024 });
    server.addService(protocol.resourceService.ResourceMonitorService, monitor.service());
    server.addService(protocol.engineService.EngineService, engineService(protocol, log));
    const address = await listen(protocol, server);
    program.begin({ arguments: launchArguments(request, address), undecryptedKeys: configuration.undecryptedKeys });
    const end = await program.ended;
    server.forceShutdown();
    monitor.close();
    const error = programError(
      end,
      { failure: monitor.failure, returned: monitor.outputs.has(monitor.stackUrn) },
      log,
      request.timeoutSeconds,
    );
    redaction.addSeen(secretTexts(monitor));
    const policies = (await request.policies?.([...monitor.resources.values()])) ?? [];
    const document = documentOf(request, monitor, redaction, policies, error);
    // Components log the issues of their plan too.
    const issues = new Set(document.plan.issues.map(({ message }) => message.trim()));
    const messages = [...notes, ...log]
      .filter(({ severity, message }) => /warning|info/.test(severity) && !issues.has(message.trim()))
      .map((entry) => ({ ...entry, message: redaction.text(entry.message) }));
    return {
      document,
      messages,
      output: redaction.text(outputWithout(end.output, error)),
    };
  } finally {
    program.kill();
  }
}

function scopeOf(request: PreviewRequest): ConstructorParameters<typeof ResourceMonitor>[1] {
  return {
    stack: request.stack,
    project: request.project.name,
    organization: request.organization,
    configuration: request.configuration,
    invokeAnswers: request.invokeAnswers,
    stackReferences: request.stackReferences,
    installedVersion: (name) => installedProviderVersion(request.project.workingDirectory, name),
  };
}

function programEnvironment(request: PreviewRequest): Record<string, string> {
  const { project, configuration } = request;
  return {
    PULUMI_CONFIG: JSON.stringify(configuration.values),
    PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(configuration.secretKeys),
    PULUMI_NODEJS_TYPESCRIPT: String(project.typescript),
    PULUMI_NODEJS_TRANSPILE_ONLY: String(!request.typeCheck),
    ...(project.tsconfig === undefined ? {} : { PULUMI_NODEJS_TSCONFIG_PATH: project.tsconfig }),
  };
}

function launchArguments(request: PreviewRequest, address: string): readonly string[] {
  const { project } = request;
  return [
    `--organization=${request.organization}`,
    `--project=${project.name}`,
    `--stack=${request.stack}`,
    `--root-directory=${project.root}`,
    `--pwd=${project.workingDirectory}`,
    "--dry-run",
    "--parallel=16",
    `--monitor=${address}`,
    `--engine=${address}`,
    project.entryPoint,
  ];
}

function listen(protocol: Protocol, server: Server): Promise<string> {
  return new Promise((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", protocol.grpc.ServerCredentials.createInsecure(), (error, port) => {
      if (error === null) resolve(`127.0.0.1:${String(port)}`);
      else reject(error);
    });
  });
}

function secretTexts(monitor: ResourceMonitor): readonly string[] {
  const inputs = [...monitor.resources.values()].map((resource) => resource.inputs);
  return [...inputs, ...monitor.outputs.values()].flatMap((values) => secretTextsOf(values));
}

function documentOf(
  request: PreviewRequest,
  monitor: ResourceMonitor,
  redaction: Redaction,
  policies: readonly PolicyFinding[],
  error: PreviewError | undefined,
): PreviewDocument {
  const base = emptyDocument(request, undefined);
  const plan = planOfOutputs(monitor.resources, monitor.outputs);
  return {
    ...base,
    environment: plan?.environment ?? base.environment,
    resources: [...monitor.resources.values()]
      .filter(isListed)
      .map((resource) => previewedResource(resource, redaction)),
    plan: plan === undefined ? base.plan : planOnly(plan),
    policies: policies.map((finding) => ({ ...finding, message: redaction.text(finding.message) })),
    outputs: redaction.map(printableMap(monitor.outputs.get(monitor.stackUrn) ?? {})),
    ...(error === undefined ? {} : { error: { ...error, message: redaction.text(error.message) } }),
  };
}

/** Default providers are left out, as `pulumi preview --json` leaves them out: any provider of that name. */
function isListed({ type, name }: RegisteredResource): boolean {
  return !(isProviderType(type) && name.startsWith("default"));
}

function planOnly(plan: PreviewDocument["plan"]): PreviewDocument["plan"] {
  return { assets: plan.assets, unprotected: plan.unprotected, issues: plan.issues };
}

function emptyDocument(request: PreviewRequest, error: PreviewError | undefined): PreviewDocument {
  return {
    project: request.project.name,
    stack: request.stack,
    environment: request.configuration.values["backup-tiers:environment"] ?? request.stack,
    resources: [],
    plan: { assets: [], unprotected: [], issues: [] },
    policies: [],
    outputs: {},
    ...(error === undefined ? {} : { error }),
  };
}

function previewedResource(resource: RegisteredResource, redaction: Redaction): PreviewedResource {
  const { options } = resource;
  const inputs: WireMap = printableMap(resource.inputs);
  return {
    urn: printableText(resource.urn),
    type: resource.type,
    name: printableText(resource.name),
    parent: orNull(printableText(resource.parent)),
    custom: resource.custom,
    ...(resource.external ? { external: true as const } : {}),
    provider: orNull(printableText(resource.provider)),
    inputs: redaction.map(inputs),
    options: {
      ...options,
      deletedWith: orNull(printableText(options.deletedWith)),
      dependsOn: options.dependsOn.map(printableText),
      aliases: options.aliases.map(printableText),
    },
  };
}

function orNull(text: string): string | null {
  return text === "" ? null : text;
}
