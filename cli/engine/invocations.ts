import type { Callback } from "@pulumi/pulumi/proto/callback_pb.js";
import type { ResourceInvokeRequest } from "@pulumi/pulumi/proto/resource_pb.js";
import type { CallbackClients } from "./callback-client.js";
import { DeclaredShapes } from "./declared-shape.js";
import { findInvokeAnswer } from "./invoke-answers.js";
import type { PreviewScope } from "./preview-scope.js";
import type { Protocol } from "./program-sdk.js";
import type { ProviderDirectory } from "./provider-directory.js";
import { pureFunctionResult } from "./pure-functions.js";
import { packageReferenceOf } from "./register-request.js";
import { stackReferenceState } from "./stack-reference-answers.js";
import { applyInvokeTransform, type TransformableInvoke } from "./transforms.js";
import { UNKNOWN, type WireMap } from "./wire-value.js";

/** Answers the provider functions that a program calls. */
export class Invocations {
  readonly #protocol: Protocol;
  readonly #clients: CallbackClients;
  readonly #scope: PreviewScope;
  readonly #providers: ProviderDirectory;
  readonly #shapes: DeclaredShapes;
  readonly #transforms: Callback[] = [];

  constructor(
    protocol: Protocol,
    clients: CallbackClients,
    scope: PreviewScope,
    providers: ProviderDirectory,
    programDirectory: string,
  ) {
    this.#protocol = protocol;
    this.#clients = clients;
    this.#scope = scope;
    this.#providers = providers;
    this.#shapes = new DeclaredShapes(programDirectory);
  }

  /** Adds a transform that every later call passes through. */
  addTransform(callback: Callback): void {
    this.#transforms.push(callback);
  }

  /** The result that the user has given, or the declared shape with unknowns. */
  async invoke(request: ResourceInvokeRequest): Promise<WireMap> {
    const token = request.getTok();
    const options = new this.#protocol.resources.TransformInvokeOptions();
    options.setProvider(request.getProvider());
    options.setVersion(request.getVersion());
    options.setPluginDownloadUrl(request.getPlugindownloadurl());
    let call: TransformableInvoke = { args: request.getArgs()?.toJavaScript() ?? {}, options };
    for (const callback of this.#transforms) {
      call = await applyInvokeTransform(this.#protocol, this.#clients, callback, token, call);
    }
    this.#providers.referenceFor(token, call.options, packageReferenceOf(request));
    if (token === "pulumi:pulumi:readStackOutputs") {
      return stackReferenceState(this.#scope.stackReferences, call.args["name"] ?? UNKNOWN);
    }
    const given = findInvokeAnswer(this.#scope.invokeAnswers, token, call.args);
    return given ?? pureFunctionResult(token, call.args) ?? this.#shapes.resultOf(token);
  }
}
