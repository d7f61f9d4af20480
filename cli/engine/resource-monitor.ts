import type { UntypedServiceImplementation } from "@grpc/grpc-js";
import type { Callback } from "@pulumi/pulumi/proto/callback_pb.js";
import type { CallResponse, InvokeResponse } from "@pulumi/pulumi/proto/provider_pb.js";
import type {
  DeploymentInfo,
  ReadResourceRequest,
  ReadResourceResponse,
  RegisterPackageRequest,
  RegisterPackageResponse,
  RegisterResourceHookRequest,
  RegisterResourceOutputsRequest,
  RegisterResourceRequest,
  RegisterResourceResponse,
  ResourceCallRequest,
  ResourceInvokeRequest,
  SupportsFeatureRequest,
  SupportsFeatureResponse,
} from "@pulumi/pulumi/proto/resource_pb.js";
import { CallbackClients } from "./callback-client.js";
import { SHAPELESS } from "./declared-shape.js";
import { externalResource } from "./external-resource.js";
import { emptyAnswer, handle, MonitorShutDownError, type Message } from "./grpc-service.js";
import { Invocations } from "./invocations.js";
import type { PreviewScope } from "./preview-scope.js";
import type { Protocol } from "./program-sdk.js";
import { ProviderDirectory } from "./provider-directory.js";
import type { RegisteredResource } from "./registered-resource.js";
import { Registrations } from "./registration.js";
import { ResourceHooks } from "./resource-hooks.js";
import { stackReferenceState } from "./stack-reference-answers.js";
import { makeUrn, STACK_TYPE } from "./urn.js";
import { UNKNOWN, type WireMap } from "./wire-value.js";

/** Features of the real monitor that this one has too. */
const FEATURES = [
  "secrets",
  "resourceReferences",
  "outputValues",
  "aliasSpecs",
  "replacementTrigger",
  "deletedWith",
  "replaceWith",
  "transforms",
  "invokeTransforms",
  "parameterization",
  "resourceHooks",
  "errorHooks",
];

const GETTER_OF_RESOURCES = "pulumi:pulumi:getResource";

/** Stands in for the engine's resource monitor: it records what a program registers and answers as a preview does. */
export class ResourceMonitor {
  readonly resources = new Map<string, RegisteredResource>();
  /** Outputs that components, the stack among them, have registered. */
  readonly outputs = new Map<string, WireMap>();
  /** Set once the program has come to its end. */
  finished = false;
  /** What the engine would have stopped the preview for. */
  failure: string | undefined;

  readonly #protocol: Protocol;
  readonly #scope: PreviewScope;
  readonly #clients: CallbackClients;
  readonly #providers: ProviderDirectory;
  readonly #registrations: Registrations;
  readonly #invocations: Invocations;
  readonly #hooks: ResourceHooks;

  readonly #onFailure: () => void;

  /** `onFailure` is called when the engine would stop the preview. */
  constructor(protocol: Protocol, scope: PreviewScope, programDirectory: string, onFailure: () => void) {
    this.#protocol = protocol;
    this.#onFailure = onFailure;
    this.#scope = scope;
    this.#clients = new CallbackClients(protocol);
    this.#providers = new ProviderDirectory(scope, (provider) => this.resources.set(provider.urn, provider));
    this.#registrations = new Registrations(protocol, this.#clients, scope, this.#providers);
    this.#invocations = new Invocations(protocol, this.#clients, scope, this.#providers, programDirectory);
    this.#hooks = new ResourceHooks(protocol, this.#clients);
  }

  /** URN of the stack's own resource, once it is registered. */
  get stackUrn(): string {
    return makeUrn(this.#scope, "", STACK_TYPE, `${this.#scope.project}-${this.#scope.stack}`);
  }

  /** The gRPC service. Calls that a newer SDK may add are answered as unimplemented, by gRPC itself. */
  service(): UntypedServiceImplementation {
    const empty = (): Promise<Message> => Promise.resolve(new this.#protocol.Empty());
    return {
      getDeploymentInfo: handle(() => Promise.resolve(this.#deploymentInfo())),
      supportsFeature: handle((request: SupportsFeatureRequest) => {
        const answer = this.#answer("supportsFeature") as SupportsFeatureResponse;
        answer.setHassupport(FEATURES.includes(request.getId()));
        return Promise.resolve(answer);
      }),
      registerResource: handle((request: RegisterResourceRequest) => this.#register(request)),
      registerResourceOutputs: handle((request: RegisterResourceOutputsRequest) => {
        this.outputs.set(request.getUrn(), request.getOutputs()?.toJavaScript() ?? {});
        return empty();
      }),
      readResource: handle((request: ReadResourceRequest) => Promise.resolve(this.#read(request))),
      invoke: handle((request: ResourceInvokeRequest) => this.#invoke(request)),
      call: handle((request: ResourceCallRequest) => Promise.resolve(this.#call(request))),
      registerPackage: handle((request: RegisterPackageRequest) => {
        const answer = this.#answer("registerPackage") as RegisterPackageResponse;
        answer.setRef(this.#providers.addPackage(request));
        return Promise.resolve(answer);
      }),
      registerStackTransform: handle((callback: Callback) => {
        this.#registrations.addStackTransform(callback);
        return empty();
      }),
      registerStackInvokeTransform: handle((callback: Callback) => {
        this.#invocations.addTransform(callback);
        return empty();
      }),
      registerResourceHook: handle((request: RegisterResourceHookRequest) => {
        this.#hooks.add(request);
        return empty();
      }),
      registerErrorHook: handle(empty),
      signalAndWaitForShutdown: handle(() => {
        this.finished = true;
        return empty();
      }),
    };
  }

  /** Closes the connections to the program. */
  close(): void {
    this.#clients.close();
  }

  #deploymentInfo(): DeploymentInfo {
    const info = this.#answer("getDeploymentInfo") as DeploymentInfo;
    info.setProject(this.#scope.project);
    info.setStack(this.#scope.stack);
    info.setOrganization(this.#scope.organization);
    info.setDryrun(true);
    for (const [key, value] of Object.entries(this.#scope.configuration.values)) info.getConfigMap().set(key, value);
    info.setConfigsecretkeysList([...this.#scope.configuration.secretKeys]);
    const known = Object.entries(this.#protocol.resources.ResourceMonitorFeature);
    info.setSupportedfeaturesList(
      known.filter(([name]) => FEATURES.includes(featureId(name))).map(([, id]) => id as never),
    );
    return info;
  }

  async #register(request: RegisterResourceRequest): Promise<RegisterResourceResponse> {
    const parent = request.getParent();
    if (parent !== "" && !this.resources.has(parent)) this.#fail(`could not find parent resource ${parent}`);
    const resource = await this.#registrations.register(request);
    this.#add(resource);
    const outputs = outputsOf(resource);
    const id = request.getImportid() === "" ? UNKNOWN : request.getImportid();
    await this.#hooks.run(request, resource, outputs);
    const answer = this.#answer("registerResource") as RegisterResourceResponse;
    answer.setUrn(resource.urn);
    if (resource.custom) {
      answer.setId(id);
      answer.setObject(this.#protocol.Struct.fromJavaScript(outputs));
    }
    return answer;
  }

  #read(request: ReadResourceRequest): ReadResourceResponse {
    const type = request.getType();
    const resource = externalResource(this.#scope, request, this.#providers.referenceForRequest(type, request));
    this.#add(resource);
    const state =
      type === "pulumi:pulumi:StackReference"
        ? stackReferenceState(this.#scope.stackReferences, resource.inputs["name"] ?? request.getId())
        : resource.inputs;
    const answer = this.#answer("readResource") as ReadResourceResponse;
    answer.setUrn(resource.urn);
    answer.setProperties(this.#protocol.Struct.fromJavaScript(state));
    return answer;
  }

  async #invoke(request: ResourceInvokeRequest): Promise<InvokeResponse> {
    const answer = this.#answer("invoke") as InvokeResponse;
    const result =
      request.getTok() === GETTER_OF_RESOURCES ? this.#resourceState(request) : await this.#invocations.invoke(request);
    answer.setReturn(this.#protocol.Struct.fromJavaScript(result));
    return answer;
  }

  #call(request: ResourceCallRequest): CallResponse {
    const answer = this.#answer("call") as CallResponse;
    this.#providers.referenceForRequest(request.getTok(), request, this.#providerOfSelf(request));
    answer.setReturn(this.#protocol.Struct.fromJavaScript(SHAPELESS));
    return answer;
  }

  /** A method uses the provider of the resource it is called on. */
  #providerOfSelf(request: ResourceCallRequest): string {
    const args = (request.getArgs()?.toJavaScript() ?? {}) as WireMap;
    const self = args["__self__"];
    const urn =
      typeof self === "object" && self !== null && !Array.isArray(self) ? (self as WireMap)["urn"] : undefined;
    const resource = typeof urn === "string" ? this.resources.get(urn) : undefined;
    if (resource === undefined) return "";
    return resource.type.startsWith("pulumi:providers:") ? `${resource.urn}::${UNKNOWN}` : resource.provider;
  }

  #resourceState(request: ResourceInvokeRequest): WireMap {
    const args = (request.getArgs()?.toJavaScript() ?? {}) as WireMap;
    const urn = typeof args["urn"] === "string" ? args["urn"] : "";
    const resource = this.resources.get(urn);
    if (resource === undefined) throw new Error(`unknown resource ${urn}`);
    const state = this.outputs.get(urn) ?? outputsOf(resource);
    return { urn, id: resource.custom ? UNKNOWN : "", state };
  }

  #add(resource: RegisteredResource): void {
    if (this.resources.has(resource.urn)) {
      this.#fail(`Duplicate resource URN '${resource.urn}'; try giving it a unique name`);
    }
    this.resources.set(resource.urn, resource);
  }

  #answer(method: string): unknown {
    return emptyAnswer(this.#protocol.resourceService.ResourceMonitorService, method);
  }

  /** Ends the preview as the engine does: the program is told that the monitor has gone. */
  #fail(message: string): never {
    this.failure ??= message;
    this.#onFailure();
    throw new MonitorShutDownError();
  }
}

/** What a preview gives back: the inputs; the SDK makes every other output unknown. */
function outputsOf(resource: RegisteredResource): WireMap {
  const input = resource.inputs["input"];
  return resource.type === "pulumi:index:Stash" && input !== undefined ? { input, output: input } : resource.inputs;
}

/** `RESOURCE_MONITOR_FEATURE_DELETED_WITH` -> `deletedWith`. */
function featureId(name: string): string {
  const words = name.replace("RESOURCE_MONITOR_FEATURE_", "").toLowerCase().split("_");
  return words.map((word, index) => (index === 0 ? word : word.charAt(0).toUpperCase() + word.slice(1))).join("");
}
