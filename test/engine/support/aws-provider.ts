import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import * as grpc from "@grpc/grpc-js";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import provider from "@pulumi/pulumi/proto/provider_pb.js";
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb.js";
import { Struct } from "google-protobuf/google/protobuf/struct_pb.js";
import type { Handler, Inputs, Resource } from "./aws-handler.js";
import { handlers } from "./aws-resources.js";
import type { AwsServers } from "./aws-servers.js";

/**
 * A provider `aws` for the real engine, in this process, that makes, reads, changes and deletes what it knows by requests
 * to servers that stand in for AWS. It names what has no name, and replaces what the service cannot change, as the
 * provider does; it is not the provider, and its requests are its own.
 */
export class AwsProvider {
  readonly #server = new grpc.Server();
  /** What was made, by type and id: the answer to an import, which brings no inputs. */
  readonly #made = new Map<string, { readonly inputs: Inputs; readonly state: Inputs }>();

  constructor(
    private readonly servers: AwsServers,
    private readonly region: string,
  ) {
    const configured = new provider.ConfigureResponse();
    configured.setSupportspreview(false);
    const plugin = new PluginInfo();
    plugin.setVersion(packageVersion());
    this.#server.addService(ResourceProviderService, {
      handshake: answer(() => Promise.resolve(new provider.ProviderHandshakeResponse())),
      getPluginInfo: answer(() => Promise.resolve(plugin)),
      getSchema: answer(() => Promise.resolve(empty("getSchema"))),
      cancel: answer(() => Promise.resolve(empty("cancel"))),
      attach: answer(() => Promise.resolve(empty("attach"))),
      diffConfig: answer(() => Promise.resolve(new provider.DiffResponse())),
      configure: answer(() => Promise.resolve(configured)),
      checkConfig: answer((request: provider.CheckRequest) => {
        const response = new provider.CheckResponse();
        response.setInputs(request.getNews());
        return Promise.resolve(response);
      }),
      invoke: answer(() => Promise.resolve(new provider.InvokeResponse())),
      check: answer(async (request: provider.CheckRequest) => Promise.resolve(check(request))),
      diff: answer(async (request: provider.DiffRequest) => Promise.resolve(diff(request))),
      create: answer((request: provider.CreateRequest) => this.#create(request)),
      read: answer((request: provider.ReadRequest) => this.#read(request)),
      update: answer((request: provider.UpdateRequest) => this.#update(request)),
      delete: answer((request: provider.DeleteRequest) => this.#delete(request)),
    });
  }

  /** Starts it; returns what `PULUMI_DEBUG_PROVIDERS` needs. */
  async listen(): Promise<string> {
    const port = await new Promise<number>((resolve, reject) => {
      this.#server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) => {
        if (error === null) resolve(bound);
        else reject(error);
      });
    });
    return `aws:${String(port)}`;
  }

  close(): void {
    this.#server.forceShutdown();
  }

  async #create(request: provider.CreateRequest): Promise<provider.CreateResponse> {
    const inputs = plain(request.getProperties());
    const { id, outs } = await handlerOf(request).create(this.#resource("", inputs, inputs));
    const response = new provider.CreateResponse();
    const state = { ...inputs, ...outs };
    this.#made.set(`${typeOf(request)} ${id}`, { inputs, state });
    response.setId(id);
    response.setProperties(Struct.fromJavaScript(state as never));
    return response;
  }

  async #read(request: provider.ReadRequest): Promise<provider.ReadResponse> {
    const response = new provider.ReadResponse();
    const made = this.#made.get(`${typeOf(request)} ${request.getId()}`);
    const given = { inputs: plain(request.getInputs()), state: plain(request.getProperties()) };
    const { inputs, state } = Object.keys(given.inputs).length === 0 && made !== undefined ? made : given;
    try {
      await handlerOf(request).find?.(this.#resource(request.getId(), inputs, state));
    } catch (error) {
      if (/NotFound|NoSuch|does not exist|not found|NotFoundFault/i.test(String(error))) return response;
      throw error;
    }
    response.setId(request.getId());
    response.setProperties(Struct.fromJavaScript(state as never));
    response.setInputs(Struct.fromJavaScript(inputs as never));
    return response;
  }

  async #update(request: provider.UpdateRequest): Promise<provider.UpdateResponse> {
    const [olds, news] = [plain(request.getOlds()), plain(request.getNews())];
    await handlerOf(request).update?.(this.#resource(request.getId(), news, olds), olds);
    const response = new provider.UpdateResponse();
    const state = { ...olds, ...news };
    this.#made.set(`${typeOf(request)} ${request.getId()}`, { inputs: news, state });
    response.setProperties(Struct.fromJavaScript(state as never));
    return response;
  }

  async #delete(request: provider.DeleteRequest): Promise<unknown> {
    const state = plain(request.getProperties());
    await handlerOf(request).remove(this.#resource(request.getId(), state, state));
    return empty("delete");
  }

  #resource(id: string, inputs: Inputs, state: Inputs): Resource {
    const region = typeof inputs["region"] === "string" ? inputs["region"] : this.region;
    return {
      id,
      region,
      inputs,
      state,
      send: (call, given, renamed) => this.servers.send(call, region, given, renamed),
    };
  }
}

function check(request: provider.CheckRequest): provider.CheckResponse {
  const inputs = { ...plain(request.getNews()) };
  const { autoName } = handlerOf(request);
  const response = new provider.CheckResponse();
  if (autoName !== undefined && inputs[autoName[0]] === undefined && inputs["namePrefix"] === undefined) {
    const [property, max] = autoName;
    const name = request.getUrn().split("::").at(-1)!;
    inputs[property] = plain(request.getOlds())[property] ?? `${name}-${randomBytes(4).toString("hex").slice(0, 7)}`;
    if (String(inputs[property]).length > max) {
      const failure = new provider.CheckFailure();
      failure.setProperty(property);
      failure.setReason(`${String(inputs[property])} has more than ${max} letters`);
      response.addFailures(failure);
    }
  }
  response.setInputs(Struct.fromJavaScript(inputs as never));
  return response;
}

function diff(request: provider.DiffRequest): provider.DiffResponse {
  const [olds, news] = [plain(request.getOldInputs()), plain(request.getNews())];
  const changed = [...new Set([...Object.keys(olds), ...Object.keys(news)])].filter(
    (key) => !isDeepStrictEqual(olds[key], news[key]),
  );
  const { replaceOn, update } = handlerOf(request);
  const response = new provider.DiffResponse();
  const { DIFF_NONE, DIFF_SOME } = provider.DiffResponse.DiffChanges;
  response.setChanges(changed.length === 0 ? DIFF_NONE : DIFF_SOME);
  response.setDiffsList(changed);
  response.setReplacesList(changed.filter((key) => update === undefined || replaceOn?.includes(key) === true));
  return response;
}

function handlerOf(request: { getUrn(): string }): Handler {
  const type = typeOf(request);
  const handler = handlers[type];
  if (handler === undefined) throw new Error(`the stand-in provider does not know ${type}`);
  return handler;
}

function typeOf(request: { getUrn(): string }): string {
  return request.getUrn().split("::")[2]!.split("$").at(-1)!;
}

function plain(struct: Struct | undefined): Inputs {
  return struct?.toJavaScript() ?? {};
}

function answer<T>(handle: (request: T) => Promise<unknown>) {
  return ({ request }: { readonly request: T }, respond: (error: object | null, value?: unknown) => void): void => {
    handle(request).then(
      (value) => {
        respond(null, value);
      },
      (error: unknown) => {
        respond({ code: grpc.status.UNKNOWN, details: error instanceof Error ? error.message : String(error) });
      },
    );
  };
}

/** The engine wants the plugin in the version of the package. */
function packageVersion(): string {
  const text = readFileSync(require.resolve("@pulumi/aws/package.json"), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}

function empty(method: string): unknown {
  const methods: Readonly<Record<string, { responseDeserialize(bytes: Buffer): unknown }>> = ResourceProviderService;
  return methods[method]?.responseDeserialize(Buffer.alloc(0));
}
