/**
 * Runs inside the program's process, before the program: starts the SDK's own launcher and reports what the parent
 * cannot see from outside. It is started as `node launcher.js <folder of @pulumi/pulumi>`; the parent says the rest as
 * one line of JSON over file descriptor 3.
 */
import { readSync, writeSync } from "node:fs";
import Module, { createRequire } from "node:module";
import { Socket } from "node:net";
import { join } from "node:path";
import { inspect } from "node:util";
import type { LaunchOrder, ProgramReport } from "./launch-protocol.js";

const CHANNEL = 3;
const UNKNOWN_TEXT = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const SECRET_PLACEHOLDER = "[secret]";

/** The few parts of the SDK that are adjusted. */
interface SdkOutput {
  readonly Output: new (
    resources: readonly unknown[],
    value: Promise<unknown>,
    isKnown: Promise<boolean>,
    isSecret: Promise<boolean>,
    allResources: Promise<readonly unknown[]>,
  ) => SdkOutputValue;
  readonly unknown: unknown;
  isUnknown(value: unknown): boolean;
}
interface SdkOutputValue {
  apply(run: (value: unknown) => unknown, withUnknowns?: boolean): SdkOutputValue;
}
type ConfigMethod = (this: { fullKey(key: string): string }, key: string, ...rest: unknown[]) => unknown;
interface SdkConfig {
  readonly Config: { readonly prototype: Record<string, ConfigMethod | undefined> };
}
type Invoke = (...args: readonly unknown[]) => Promise<unknown>;

function main(sdkFolder: string): void {
  const load = createRequire(join(sdkFolder, "index.js"));
  postponeArborist(sdkFolder);
  // The SDK is loaded while the parent still prepares the monitor; tracing has to come before gRPC.
  tryLoad(load, "./cmd/run/instrumentation.js");
  const runtime = (load("./index.js") as { runtime: { invoke: Invoke } }).runtime;
  const order = JSON.parse(readLine()) as LaunchOrder;
  endWithParent();
  reportExitCalls(sdkFolder);
  describeErrorsWithoutColours(load);
  watchPromisesWithoutStacks(load);
  const output = load("./output.js") as SdkOutput;
  hideUndecryptedSecrets((load("./config.js") as SdkConfig).Config.prototype, output, new Set(order.undecryptedKeys));
  makeUnknownResultsUsable(runtime, output);
  const launcher = join(sdkFolder, "cmd/run/index.js");
  process.argv = [process.execPath, launcher, ...order.arguments];
  load(launcher);
}

/**
 * The SDK loads npm's dependency solver at start, a third of its whole loading time (0.25 of 0.65 s on a small machine),
 * and needs it only to pack callback functions (`aws.lambda.CallbackFunction`). It is loaded when it is first used.
 */
function postponeArborist(sdkFolder: string): void {
  const loader = Module as unknown as {
    _load: (request: string, parent: NodeJS.Module | undefined, isMain: boolean) => unknown;
  };
  const loadNow = loader._load;
  loader._load = (request, parent, isMain) => {
    const postponed = request === "@npmcli/arborist" && (parent?.filename ?? "").startsWith(sdkFolder);
    if (!postponed) return loadNow(request, parent, isMain);
    // "__esModule" makes the SDK keep this object instead of copying all its members at once.
    const get = (_target: object, name: string | symbol): unknown =>
      name === "__esModule" ? true : (loadNow(request, parent, isMain) as Record<string | symbol, unknown>)[name];
    return new Proxy({}, { get });
  };
}

function tryLoad(load: NodeJS.Require, name: string): void {
  try {
    load(name);
  } catch {
    // Older SDKs have no such file.
  }
}

function readLine(): string {
  const chunks: Buffer[] = [];
  const buffer = Buffer.alloc(65536);
  for (;;) {
    const length = readSome(buffer);
    if (length === 0) process.exit(1);
    const chunk = Buffer.from(buffer.subarray(0, length));
    chunks.push(chunk);
    if (chunk.includes(10)) return Buffer.concat(chunks).toString("utf8");
  }
}

function readSome(buffer: Buffer): number {
  for (;;) {
    try {
      return readSync(CHANNEL, buffer);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2);
    }
  }
}

/** The parent may be killed: the channel closes then, and so must everything that the program has started. */
function endWithParent(): void {
  const channel = new Socket({ fd: CHANNEL, readable: true, writable: false });
  channel.on("error", () => undefined);
  channel.on("close", () => {
    process.kill(process.platform === "win32" ? process.pid : -process.pid, "SIGKILL");
  });
  channel.resume();
  channel.unref();
}

function report(message: ProgramReport): void {
  try {
    writeSync(CHANNEL, `${JSON.stringify(message)}\n`);
  } catch {
    // The parent has gone; there is nobody to tell.
  }
}

function reportExitCalls(sdkFolder: string): void {
  const exit = process.exit.bind(process);
  process.exit = (code?: number | string | null): never => {
    const stack = (new Error().stack ?? "").split("\n").slice(2);
    const caller = stack[0]?.trim().replace(/^at /, "") ?? "";
    if (!caller.includes(sdkFolder)) report({ event: "exit", code: String(code ?? process.exitCode ?? 0), caller });
    return exit(code);
  };
}

/**
 * The SDK notes a stack for each of its promises, read through source maps, to name leaked ones when it is asked to; that
 * is an eighth of the time of a preview of 60 resources. Without the question nobody reads them.
 */
function watchPromisesWithoutStacks(load: NodeJS.Require): void {
  if (process.env["PULUMI_DEBUG_PROMISE_LEAKS"] !== undefined) return;
  try {
    const debuggable = load("./runtime/debuggable.js") as {
      debuggablePromise: (...args: readonly unknown[]) => unknown;
    };
    const original = debuggable.debuggablePromise;
    debuggable.debuggablePromise = (...args) => {
      const limit = Error.stackTraceLimit;
      Error.stackTraceLimit = 0;
      try {
        return original(...args);
      } finally {
        Error.stackTraceLimit = limit;
      }
    };
  } catch {
    // An SDK that is built otherwise keeps its stacks.
  }
}

/**
 * The SDK describes errors with `util.inspect(error, { colors: true })`. Node (seen with 20.20) never returns from that
 * when a stack line names a file directly in a scope's folder, as source maps of the SDK do
 * (`node_modules/@pulumi/config.ts`): the program would hang instead of saying what is wrong.
 */
function describeErrorsWithoutColours(load: NodeJS.Require): void {
  try {
    const errors = load("./cmd/run/error.js") as { defaultErrorMessage: (error: unknown) => string };
    const original = errors.defaultErrorMessage;
    errors.defaultErrorMessage = (error) =>
      error instanceof Error ? inspect(error, { colors: false }) : original(error);
  } catch {
    // An SDK without this file describes errors in its own way.
  }
}

/**
 * What cannot be decrypted here is a secret with a stand-in value of the type that the program expects. A function that
 * cannot do with the stand-in (`JSON.parse`, say) gives an unknown instead of an error.
 */
function hideUndecryptedSecrets(
  prototype: Record<string, ConfigMethod | undefined>,
  { Output, unknown }: SdkOutput,
  keys: ReadonlySet<string>,
): void {
  if (keys.size === 0) return;
  const get = prototype["get"];
  const secret = (value: unknown): SdkOutputValue => {
    const [known, yes] = [Promise.resolve(value !== unknown), Promise.resolve(true)];
    return tolerant(new Output([], Promise.resolve(value), known, yes, Promise.resolve([])), unknown);
  };
  const wrap = (name: string, stand: () => unknown): void => {
    const original = prototype[name];
    if (original === undefined) return;
    prototype[name] = function (key, ...rest) {
      const hidden = keys.has(this.fullKey(key)) && get?.call(this, key) === SECRET_PLACEHOLDER;
      return hidden ? stand() : original.call(this, key, ...rest);
    };
  };
  for (const verb of ["get", "require"]) {
    wrap(`${verb}Secret`, () => secret(SECRET_PLACEHOLDER));
    wrap(`${verb}SecretNumber`, () => secret(0));
    wrap(`${verb}SecretBoolean`, () => secret(false));
    wrap(`${verb}SecretObject`, () => secret(unknown));
    wrap(`${verb}Number`, () => 0);
    wrap(`${verb}Boolean`, () => false);
    wrap(`${verb}Object`, () => ({}));
  }
}

/** An output whose functions, and those of what they return, give an unknown where they fail. */
function tolerant(output: SdkOutputValue, unknown: unknown): SdkOutputValue {
  const apply = output.apply.bind(output);
  Object.defineProperty(output, "apply", {
    value: (run: (value: unknown) => unknown, withUnknowns?: boolean) => {
      const attempt = async (value: unknown): Promise<unknown> => {
        try {
          return await run(value);
        } catch {
          return unknown;
        }
      };
      return tolerant(apply(attempt, withUnknowns), unknown);
    },
  });
  return output;
}

/** Awaited results of functions are used as plain texts (`${region.name}`, `id.split("/")`): unknowns must bear it. */
function makeUnknownResultsUsable(runtime: { invoke: Invoke }, output: SdkOutput): void {
  const invoke = runtime.invoke;
  const usable = (value: unknown): unknown => {
    if (output.isUnknown(value)) return unknownText();
    if (Array.isArray(value)) return value.map(usable);
    if (typeof value !== "object" || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
    return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, usable(part)]));
  };
  try {
    runtime.invoke = async (...args) => usable(await invoke(...args));
  } catch {
    // An SDK whose exports cannot be replaced keeps its own unknowns.
  }
}

/** A text object that the SDK takes for an unknown, and whose parts and changed forms are unknown as well. */
function unknownText(): object {
  const text: object = Object.assign(new String(UNKNOWN_TEXT), { __pulumiUnknown: true });
  const changing = /^(?:at|charAt|concat|normalize|pad|repeat|replace|slice|substr|to(?:Locale)?(?:Lower|Upper)|trim)/;
  for (const name of Object.getOwnPropertyNames(String.prototype)) {
    if (changing.test(name)) Object.defineProperty(text, name, { value: () => text });
  }
  for (const name of ["split", "match"]) Object.defineProperty(text, name, { value: () => [text] });
  return text;
}

main(process.argv[2] ?? "");
