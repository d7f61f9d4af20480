import { spawn, type ChildProcess } from "node:child_process";
import { createRequire } from "node:module";
import { join } from "node:path";
import type * as grpc from "@grpc/grpc-js";
import type * as analyzerService from "@pulumi/pulumi/proto/analyzer_grpc_pb.js";
import type * as analyzer from "@pulumi/pulumi/proto/analyzer_pb.js";
import type * as structs from "google-protobuf/google/protobuf/struct_pb.js";
import type { PolicyFinding } from "../document/preview-document.js";
import { findSdk } from "../engine/program-sdk.js";
import type { RegisteredResource } from "../engine/registered-resource.js";
import { mapValues } from "../engine/transforms.js";
import { withoutSecretMarks } from "../engine/wire-value.js";
import { UsageError } from "../usage-error.js";

/** The longest that a pack may take to start, with type-checking on a slow machine. */
const START_SECONDS = 60;

const LEVELS: readonly (PolicyFinding["level"] | "disabled")[] = ["advisory", "mandatory", "disabled", "remediate"];

interface AnalyzerProtocol {
  readonly credentials: typeof grpc.credentials;
  readonly AnalyzerClient: typeof analyzerService.AnalyzerClient;
  readonly messages: typeof analyzer;
  readonly Struct: typeof structs.Struct;
}

/** One policy pack, run by the SDK's own launcher as Pulumi runs it. */
export class PolicyPack {
  readonly #directory: string;
  readonly #child: ChildProcess;
  readonly #protocol: AnalyzerProtocol;
  readonly #client: Promise<analyzerService.AnalyzerClient>;

  constructor(directory: string) {
    this.#directory = directory;
    const sdk = findSdk(directory);
    const load = createRequire(join(sdk.folder, "index.js"));
    this.#protocol = {
      credentials: (load("@grpc/grpc-js") as typeof grpc).credentials,
      AnalyzerClient: (load("./proto/analyzer_grpc_pb.js") as typeof analyzerService).AnalyzerClient,
      messages: load("./proto/analyzer_pb.js") as typeof analyzer,
      Struct: (load("google-protobuf/google/protobuf/struct_pb.js") as typeof structs).Struct,
    };
    this.#child = spawn(process.execPath, [join(sdk.folder, "cmd/run-policy-pack/index.js"), "127.0.0.1:1", "."], {
      cwd: directory,
      env: { ...process.env, PULUMI_NODEJS_TYPESCRIPT: "true" },
      stdio: ["ignore", "pipe", "pipe"],
    });
    process.once("exit", () => {
      this.close();
    });
    this.#client = this.#connect();
    // Whoever evaluates the pack sees the failure; until then it is not "unhandled".
    this.#client.catch(() => undefined);
  }

  /** What the pack's policies say about each resource and about all of them. */
  async evaluate(resources: readonly RegisteredResource[]): Promise<readonly PolicyFinding[]> {
    const client = await this.#client;
    const findings: PolicyFinding[] = [];
    for (const resource of resources.filter(({ external }) => !external)) {
      const request = new this.#protocol.messages.AnalyzeRequest();
      this.#describe(request, resource);
      const response = await call<analyzer.AnalyzeResponse>((done) => client.analyze(request, done));
      findings.push(...response.getDiagnosticsList().flatMap((entry) => findingOf(entry, resource.urn)));
    }
    const request = new this.#protocol.messages.AnalyzeStackRequest();
    request.setResourcesList(
      resources.map((resource) => {
        const described = new this.#protocol.messages.AnalyzerResource();
        this.#describe(described, resource);
        described.setParent(resource.parent);
        described.setDependenciesList([...resource.options.dependsOn]);
        return described;
      }),
    );
    const response = await call<analyzer.AnalyzeResponse>((done) => client.analyzeStack(request, done));
    findings.push(...response.getDiagnosticsList().flatMap((entry) => findingOf(entry, "")));
    return findings;
  }

  /** Ends the pack's process. */
  close(): void {
    this.#child.kill("SIGKILL");
  }

  #describe(target: analyzer.AnalyzeRequest | analyzer.AnalyzerResource, resource: RegisteredResource): void {
    const { options, policyOptions } = resource;
    const described = new this.#protocol.messages.AnalyzerResourceOptions();
    described.setProtect(options.protect);
    described.setIgnorechangesList([...options.ignoreChanges]);
    described.setAliasesList([...options.aliases]);
    described.setParent(resource.parent);
    described.setAdditionalsecretoutputsList([...policyOptions.additionalSecretOutputs]);
    if (policyOptions.deleteBeforeReplace !== undefined) {
      described.setDeletebeforereplace(policyOptions.deleteBeforeReplace);
      described.setDeletebeforereplacedefined(true);
    }
    target.setUrn(resource.urn);
    target.setType(resource.type);
    target.setName(resource.name);
    target.setOptions(described);
    target.setProperties(this.#protocol.Struct.fromJavaScript(mapValues(resource.inputs, withoutSecretMarks)));
  }

  async #connect(): Promise<analyzerService.AnalyzerClient> {
    const errors: string[] = [];
    this.#child.stderr?.setEncoding("utf8").on("data", (text: string) => errors.push(text));
    const port = await new Promise<string>((resolve, reject) => {
      const timer = setTimeout(() => {
        fail("it did not start in time");
      }, START_SECONDS * 1000);
      const fail = (reason: string): void => {
        clearTimeout(timer);
        reject(
          new UsageError([`--policy-pack ${this.#directory} must start, got: ${errors.join("").trim() || reason}`]),
        );
      };
      this.#child.once("exit", () => {
        fail("it ended at once");
      });
      let printed = "";
      this.#child.stdout?.setEncoding("utf8").on("data", (text: string) => {
        printed += text;
        const found = /^(\d+)\s/m.exec(printed)?.[1];
        if (found === undefined) return;
        clearTimeout(timer);
        resolve(found);
      });
    });
    return new this.#protocol.AnalyzerClient(`127.0.0.1:${port}`, this.#protocol.credentials.createInsecure(), {
      "grpc.max_receive_message_length": 400 * 1024 * 1024,
      "grpc.max_send_message_length": 400 * 1024 * 1024,
    });
  }
}

function findingOf(entry: analyzer.AnalyzeDiagnostic, urn: string): readonly PolicyFinding[] {
  const level = LEVELS[entry.getEnforcementlevel()] ?? "mandatory";
  if (level === "disabled") return [];
  const own = entry.getUrn();
  return [{ policy: entry.getPolicyname(), level, urn: own === "" ? urn : own, message: entry.getMessage().trim() }];
}

function call<T>(start: (done: (error: Error | null, response: T) => void) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    start((error, response) => {
      if (error === null) resolve(response);
      else reject(error);
    });
  });
}
