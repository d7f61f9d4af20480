import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type * as grpc from "@grpc/grpc-js";
import type * as aliases from "@pulumi/pulumi/proto/alias_pb.js";
import type * as callbackService from "@pulumi/pulumi/proto/callback_grpc_pb.js";
import type * as callbacks from "@pulumi/pulumi/proto/callback_pb.js";
import type * as engineService from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import type * as engine from "@pulumi/pulumi/proto/engine_pb.js";
import type * as resourceService from "@pulumi/pulumi/proto/resource_grpc_pb.js";
import type * as resources from "@pulumi/pulumi/proto/resource_pb.js";
import type * as empties from "google-protobuf/google/protobuf/empty_pb.js";
import type * as structs from "google-protobuf/google/protobuf/struct_pb.js";
import { UsageError } from "../usage-error.js";

/**
 * The protocol as the program's own `@pulumi/pulumi` speaks it, so that every version of the SDK meets a monitor that
 * knows its messages.
 */
export interface Protocol {
  readonly grpc: typeof grpc;
  readonly aliases: typeof aliases;
  readonly callbacks: typeof callbacks;
  readonly callbackService: typeof callbackService;
  readonly engine: typeof engine;
  readonly engineService: typeof engineService;
  readonly resources: typeof resources;
  readonly resourceService: typeof resourceService;
  readonly Empty: typeof empties.Empty;
  readonly Struct: typeof structs.Struct;
}

/** Where the program's SDK lies. */
export interface ProgramSdk {
  /** Folder of `@pulumi/pulumi`. */
  readonly folder: string;
  readonly version: string;
}

/** A message of an SDK of any version: what came with later ones may be missing. */
export function ofAnyVersion<Message extends object>(message: Message): Partial<Message> {
  return message;
}

/** Finds the SDK as the program would, or beside this package; throws a `UsageError` where there is none. */
export function findSdk(programDirectory: string): ProgramSdk {
  for (const from of [join(programDirectory, "index.js"), __filename]) {
    const resolver = createRequire(from);
    const manifest = tryResolve(resolver, "@pulumi/pulumi/package.json");
    if (manifest === undefined) continue;
    const { version } = resolver(manifest) as { version: string };
    const folder = dirname(manifest);
    if (existsSync(join(folder, "cmd/run/index.js"))) return { folder, version };
  }
  throw new UsageError([
    `${programDirectory} must have @pulumi/pulumi among its dependencies, got none; run \`npm install\` there`,
  ]);
}

/** Loads gRPC and the messages of the program's SDK; for one that is too old to have them all, of our own. */
export function loadProtocol(sdk: ProgramSdk): Protocol {
  for (const from of [join(sdk.folder, "index.js"), tryResolve(createRequire(__filename), "@pulumi/pulumi/index.js")]) {
    const load = from === undefined ? undefined : createRequire(from);
    if (load !== undefined && tryResolve(load, "./proto/callback_pb.js") !== undefined) return protocolOf(load);
  }
  throw new UsageError([
    `${sdk.folder} must be @pulumi/pulumi 3.150 or later (it has transforms), got ${sdk.version}; update it`,
  ]);
}

function protocolOf(load: NodeJS.Require): Protocol {
  return {
    grpc: load("@grpc/grpc-js") as typeof grpc,
    aliases: load("./proto/alias_pb.js") as typeof aliases,
    callbacks: load("./proto/callback_pb.js") as typeof callbacks,
    callbackService: load("./proto/callback_grpc_pb.js") as typeof callbackService,
    engine: load("./proto/engine_pb.js") as typeof engine,
    engineService: load("./proto/engine_grpc_pb.js") as typeof engineService,
    resources: load("./proto/resource_pb.js") as typeof resources,
    resourceService: load("./proto/resource_grpc_pb.js") as typeof resourceService,
    Empty: (load("google-protobuf/google/protobuf/empty_pb.js") as typeof empties).Empty,
    Struct: (load("google-protobuf/google/protobuf/struct_pb.js") as typeof structs).Struct,
  };
}

/** Version of an installed provider package (`@pulumi/<name>`), as the language host reports it to the engine. */
export function installedProviderVersion(programDirectory: string, packageName: string): string {
  const resolver = createRequire(join(programDirectory, "index.js"));
  const manifest = tryResolve(resolver, `@pulumi/${packageName}/package.json`);
  if (manifest === undefined) return "";
  const { version, pulumi } = resolver(manifest) as {
    version?: string;
    pulumi?: { resource?: boolean; version?: string };
  };
  return pulumi?.resource === true ? (pulumi.version ?? version ?? "").replace(/^v/, "") : "";
}

function tryResolve(resolver: NodeJS.Require, name: string): string | undefined {
  try {
    return resolver.resolve(name);
  } catch {
    return undefined;
  }
}
