import { execFile, spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import * as grpc from "@grpc/grpc-js";
import { LanguageRuntimeService } from "@pulumi/pulumi/proto/language_grpc_pb.js";
import { RunResponse, type LanguageHandshakeRequest, type RunRequest } from "@pulumi/pulumi/proto/language_pb.js";

const REPOSITORY_MODULES = join(__dirname, "../../node_modules");

/** One step of `pulumi preview --json`. */
export interface EngineStep {
  readonly op: string;
  readonly urn: string;
  readonly newState?: {
    readonly type: string;
    readonly custom: boolean;
    readonly external?: boolean;
    readonly parent?: string;
    readonly provider?: string;
    readonly protect?: boolean;
    readonly retainOnDelete?: boolean;
    readonly deletedWith?: string;
    readonly dependencies?: readonly string[];
    readonly ignoreChanges?: readonly string[];
    readonly inputs?: Readonly<Record<string, unknown>>;
  };
}

/** What the real engine says about a program. */
export interface EnginePreview {
  readonly exitCode: number;
  readonly steps: readonly EngineStep[];
  readonly diagnostics: readonly { readonly severity: string; readonly message: string }[];
  readonly raw: string;
}

/**
 * The language host of these tests: it starts the SDK's launcher exactly as Pulumi's own host does, and nothing stands
 * between program and engine. (A host that is older than the engine would drop what it does not know.)
 */
export class LanguageHost {
  readonly #server: grpc.Server;
  readonly #environment: Readonly<Record<string, string>>;
  #engineAddress = "";

  constructor(environment: Readonly<Record<string, string>>) {
    this.#environment = environment;
    this.#server = new grpc.Server();
    const methods: Readonly<Record<string, { responseDeserialize(bytes: Buffer): unknown }>> = LanguageRuntimeService;
    const answer = (method: string): unknown => methods[method]?.responseDeserialize(Buffer.alloc(0));
    const acknowledge =
      (method: string) =>
      (_call: unknown, respond: grpc.sendUnaryData<unknown>): void => {
        respond(null, answer(method));
      };
    this.#server.addService(LanguageRuntimeService, {
      ...Object.fromEntries(
        ["getPluginInfo", "getRequiredPlugins", "getRequiredPackages", "getProgramDependencies", "about", "cancel"].map(
          (method) => [method, acknowledge(method)],
        ),
      ),
      handshake: (
        call: grpc.ServerUnaryCall<LanguageHandshakeRequest, unknown>,
        respond: grpc.sendUnaryData<unknown>,
      ): void => {
        this.#engineAddress = call.request.getEngineAddress();
        respond(null, answer("handshake"));
      },
      run: (call: grpc.ServerUnaryCall<RunRequest, RunResponse>, respond: grpc.sendUnaryData<RunResponse>): void => {
        const response = new RunResponse();
        this.#run(call.request).then(
          (exitCode) => {
            // 32: the SDK has told the user everything already.
            if (exitCode === 32) response.setBail(true);
            else if (exitCode !== 0) response.setError(`Program exited with non-zero exit code: ${String(exitCode)}`);
            respond(null, response);
          },
          (error: unknown) => {
            response.setError(String(error));
            respond(null, response);
          },
        );
      },
    });
  }

  listen(): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
        if (error === null) resolve(port);
        else reject(error);
      });
    });
  }

  close(): void {
    this.#server.forceShutdown();
  }

  #run(request: RunRequest): Promise<number> {
    const info = request.getInfo();
    const launcher = createRequire(join(request.getPwd(), "index.js")).resolve("@pulumi/pulumi/cmd/run");
    const config = Object.fromEntries(request.getConfigMap().entries());
    const child = spawn(
      process.execPath,
      [
        launcher,
        `--organization=${request.getOrganization()}`,
        `--project=${request.getProject()}`,
        `--stack=${request.getStack()}`,
        `--root-directory=${info?.getRootDirectory() ?? request.getPwd()}`,
        `--pwd=${request.getPwd()}`,
        ...(request.getDryrun() ? ["--dry-run"] : []),
        `--parallel=${String(request.getParallel())}`,
        `--monitor=${request.getMonitorAddress()}`,
        `--engine=${this.#engineAddress}`,
        info?.getEntryPoint() ?? ".",
      ],
      {
        stdio: "ignore",
        env: {
          ...process.env,
          NODE_OPTIONS: "",
          ...this.#environment,
          PULUMI_CONFIG: JSON.stringify(config),
          PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(request.getConfigsecretkeysList()),
          PULUMI_NODEJS_TYPESCRIPT: "true",
          PULUMI_NODEJS_TRANSPILE_ONLY: "true",
        },
      },
    );
    return new Promise((resolve, reject) => {
      child.once("error", reject);
      child.once("exit", (code) => {
        resolve(code ?? 1);
      });
    });
  }
}

/** A copy of a program that sees only some packages, so that the engine wants only their plugins. */
export class ProgramCopy {
  readonly folder: string;

  constructor(program: string, packages: readonly string[]) {
    this.folder = realpathSync(mkdtempSync(join(tmpdir(), "preview-")));
    cpSync(program, this.folder, { recursive: true, filter: (path) => !path.includes("node_modules") });
    const always = ["@pulumi/pulumi", "typescript", "ts-node", "@types/node"];
    for (const name of [...always, ...packages]) {
      const link = join(this.folder, "node_modules", name);
      mkdirSync(dirname(link), { recursive: true });
      symlinkSync(join(REPOSITORY_MODULES, name), link);
    }
  }

  /** Asks the real engine, with a state of its own and without a cluster. */
  async previewWithEngine(environment: Readonly<Record<string, string>> = {}): Promise<EnginePreview> {
    const state = join(this.folder, ".state");
    mkdirSync(state, { recursive: true });
    const host = new LanguageHost(environment);
    const env = {
      ...process.env,
      NODE_OPTIONS: "",
      PULUMI_BACKEND_URL: `file://${state}`,
      PULUMI_CONFIG_PASSPHRASE: "test",
      PULUMI_SKIP_UPDATE_CHECK: "1",
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "1",
      PULUMI_DEBUG_LANGUAGES: `nodejs:${String(await host.listen())}`,
      ...environment,
    };
    try {
      for (const stack of ["other", "dev"]) await this.#pulumi(["stack", "init", stack, "--non-interactive"], env);
      const { exitCode, stdout, stderr } = await this.#pulumi(
        ["preview", "--json", "--non-interactive", "--stack", "dev"],
        env,
      );
      const start = stdout.indexOf("{");
      if (start === -1) throw new Error(`pulumi printed no document: ${stdout}${stderr}`);
      const document = JSON.parse(stdout.slice(start)) as Partial<EnginePreview>;
      return { exitCode, steps: document.steps ?? [], diagnostics: document.diagnostics ?? [], raw: stdout };
    } finally {
      host.close();
    }
  }

  #pulumi(
    args: readonly string[],
    env: NodeJS.ProcessEnv,
  ): Promise<{ exitCode: number; stdout: string; stderr: string }> {
    return new Promise((resolve) => {
      execFile("pulumi", args, { cwd: this.folder, env, maxBuffer: 1e8 }, (error, stdout, stderr) => {
        resolve({ exitCode: typeof error?.code === "number" ? error.code : 0, stdout, stderr });
      });
    });
  }

  /** Deletes the copy. */
  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Whether a program is on PATH. */
export function isOnPath(name: string): boolean {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  return folders.some((folder) => folder !== "" && existsSync(join(folder, name)));
}
