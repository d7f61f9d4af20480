import type { RegisterResourceHookRequest, RegisterResourceRequest } from "@pulumi/pulumi/proto/resource_pb.js";
import type { CallbackClients } from "./callback-client.js";
import { ofAnyVersion, type Protocol } from "./program-sdk.js";
import type { RegisteredResource } from "./registered-resource.js";
import type { WireMap } from "./wire-value.js";

/** Runs the hooks that a program wants to be run during previews. */
export class ResourceHooks {
  readonly #protocol: Protocol;
  readonly #clients: CallbackClients;
  readonly #hooks = new Map<string, RegisterResourceHookRequest>();

  constructor(protocol: Protocol, clients: CallbackClients) {
    this.#protocol = protocol;
    this.#clients = clients;
  }

  /** Remembers a hook by its name. */
  add(request: RegisterResourceHookRequest): void {
    this.#hooks.set(request.getName(), request);
  }

  /** Runs the hooks before and after creation; one that fails before it fails the registration. */
  async run(request: RegisterResourceRequest, resource: RegisteredResource, outputs: WireMap): Promise<void> {
    const binding = ofAnyVersion(request).getHooks?.();
    if (binding === undefined) return;
    for (const name of binding.getBeforeCreateList()) await this.#runOne(name, resource, undefined);
    for (const name of binding.getAfterCreateList()) await this.#runOne(name, resource, outputs);
  }

  async #runOne(name: string, resource: RegisteredResource, outputs: WireMap | undefined): Promise<void> {
    const hook = this.#hooks.get(name);
    const callback = hook?.getCallback();
    if (hook?.getOnDryRun() !== true || callback === undefined) return;
    const message = new this.#protocol.resources.ResourceHookRequest();
    message.setUrn(resource.urn);
    message.setName(resource.name);
    message.setType(resource.type);
    message.setNewInputs(this.#protocol.Struct.fromJavaScript(resource.inputs));
    if (outputs !== undefined) message.setNewOutputs(this.#protocol.Struct.fromJavaScript(outputs));
    const address = { target: callback.getTarget(), token: callback.getToken() };
    const answer = await this.#clients.invoke(address, message.serializeBinary());
    const error = this.#protocol.resources.ResourceHookResponse.deserializeBinary(answer).getError();
    if (error !== "" && outputs === undefined) throw new Error(`before hook ${JSON.stringify(name)} failed: ${error}`);
  }
}
