import * as grpc from "@grpc/grpc-js";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import type {
  CheckRequest,
  CheckResponse,
  ConfigureResponse,
  CreateRequest,
  CreateResponse,
  InvokeResponse,
  ProviderHandshakeResponse,
  ReadRequest,
  ReadResponse,
} from "@pulumi/pulumi/proto/provider_pb.js";
import { Struct } from "google-protobuf/google/protobuf/struct_pb.js";

type Respond<T> = (error: null, value: T) => void;

/**
 * A provider plugin for the real engine that accepts every resource of every package and computes nothing, so that
 * programs with providers that are not installed can be previewed. It shows what the engine makes of a program, not
 * what a provider's own checks would add.
 */
export class StandInProvider {
  readonly #server = new grpc.Server();

  constructor() {
    this.#server.addService(ResourceProviderService, {
      handshake: (_call: unknown, respond: Respond<ProviderHandshakeResponse>) => {
        const response = empty("handshake") as ProviderHandshakeResponse;
        response.setAcceptSecrets(true);
        response.setAcceptResources(true);
        respond(null, response);
      },
      configure: (_call: unknown, respond: Respond<ConfigureResponse>) => {
        const response = empty("configure") as ConfigureResponse;
        response.setAcceptsecrets(true);
        response.setAcceptresources(true);
        response.setSupportspreview(true);
        respond(null, response);
      },
      checkConfig: echoInputs,
      check: echoInputs,
      create: (call: { request: CreateRequest }, respond: Respond<CreateResponse>) => {
        const response = empty("create") as CreateResponse;
        response.setProperties(call.request.getProperties());
        respond(null, response);
      },
      read: (call: { request: ReadRequest }, respond: Respond<ReadResponse>) => {
        const response = empty("read") as ReadResponse;
        response.setId(call.request.getId());
        response.setProperties(call.request.getProperties());
        response.setInputs(call.request.getInputs());
        respond(null, response);
      },
      invoke: (_call: unknown, respond: Respond<InvokeResponse>) => {
        const response = empty("invoke") as InvokeResponse;
        response.setReturn(Struct.fromJavaScript({}));
        respond(null, response);
      },
      ...Object.fromEntries(
        (["diffConfig", "getPluginInfo", "getSchema", "cancel", "attach"] as const).map((method) => [
          method,
          (_call: unknown, respond: Respond<unknown>): void => {
            respond(null, empty(method));
          },
        ]),
      ),
    });
  }

  /** Starts it; returns what `PULUMI_DEBUG_PROVIDERS` needs for these packages. */
  async listen(packages: readonly string[]): Promise<string> {
    const port = await new Promise<number>((resolve, reject) => {
      this.#server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) => {
        if (error === null) resolve(bound);
        else reject(error);
      });
    });
    return packages.map((name) => `${name}:${String(port)}`).join(",");
  }

  /** Stops it. */
  close(): void {
    this.#server.forceShutdown();
  }
}

function echoInputs(call: { request: CheckRequest }, respond: Respond<CheckResponse>): void {
  const response = empty("check") as CheckResponse;
  response.setInputs(call.request.getNews());
  respond(null, response);
}

function empty(method: string): unknown {
  const methods: Readonly<Record<string, { responseDeserialize(bytes: Buffer): unknown }>> = ResourceProviderService;
  return methods[method]?.responseDeserialize(Buffer.alloc(0));
}
