import type { Callback } from "@pulumi/pulumi/proto/callback_pb.js";
import type { RegisterResourceRequest, TransformResourceOptions } from "@pulumi/pulumi/proto/resource_pb.js";
import { aliasUrns } from "./alias.js";
import type { CallbackClients } from "./callback-client.js";
import { inheritOptions, resolveProvider, type InheritableOptions } from "./inheritance.js";
import type { PreviewScope } from "./preview-scope.js";
import type { Protocol } from "./program-sdk.js";
import type { ProviderDirectory } from "./provider-directory.js";
import {
  deleteBeforeReplaceOf,
  dependsOn,
  givenProperties,
  ownOptions,
  packageReferenceOf,
  protectOf,
  retainOnDeleteOf,
  toAliasSpec,
  transformOptionsOf,
} from "./register-request.js";
import type { RegisteredResource } from "./registered-resource.js";
import { applyResourceTransform, mapValues, type Transformable } from "./transforms.js";
import { isProviderType, makeUrn, packageOf } from "./urn.js";
import { fromOutputValues, type WireMap } from "./wire-value.js";

/** What later registrations need to know about an earlier one. */
interface RegisteredState {
  readonly parent: string;
  /** Absent for remote components, whose children take nothing over from them. */
  readonly inheritable: InheritableOptions | undefined;
  readonly aliases: readonly string[];
  readonly transforms: readonly Callback[];
  /** Providers that a component hands to its children. */
  readonly providers: ReadonlyMap<string, string> | undefined;
}

/** Turns registration requests into resources, in the order and by the rules of Pulumi's engine. */
export class Registrations {
  readonly #protocol: Protocol;
  readonly #clients: CallbackClients;
  readonly #scope: PreviewScope;
  readonly #providers: ProviderDirectory;
  readonly #states = new Map<string, RegisteredState>();
  readonly #stackTransforms: Callback[] = [];

  constructor(protocol: Protocol, clients: CallbackClients, scope: PreviewScope, providers: ProviderDirectory) {
    this.#protocol = protocol;
    this.#clients = clients;
    this.#scope = scope;
    this.#providers = providers;
  }

  /** Adds a transform that every later resource passes through. */
  addStackTransform(callback: Callback): void {
    this.#stackTransforms.push(callback);
  }

  /** Resolves one request; the caller keeps the result and answers the program. */
  async register(request: RegisterResourceRequest): Promise<RegisteredResource> {
    const parent = request.getParent();
    const parentState = this.#states.get(parent);
    const type = request.getType();
    const name = request.getName();
    const custom = request.getCustom();
    const remote = request.getRemote();
    const managed = custom || remote;
    const inherited = inheritOptions({ type, custom, remote }, ownOptions(request), parentState?.inheritable);
    const ownProviders = new Map(request.getProvidersMap().entries());
    const provider = managed
      ? resolveProvider(inherited.provider, ownProviders, parentState?.providers, packageOf(type))
      : inherited.provider;

    const given = {
      properties: givenProperties(request),
      options: transformOptionsOf(this.#protocol, request, { ...inherited, provider }),
    };
    const transforms = request.getTransformsList();
    const { properties, options } = await this.#transform({ name, type, custom, parent }, transforms, given);

    const providers = new Map(options.getProvidersMap().entries());
    if (!custom) parentState?.providers?.forEach((value, key) => providers.has(key) || providers.set(key, value));
    const usedProvider =
      (custom && !isProviderType(type)) || remote
        ? this.#providers.referenceFor(type, options, packageReferenceOf(request))
        : "";

    const specs = options.getAliasesList().map(toAliasSpec);
    const resource: RegisteredResource = {
      urn: makeUrn(this.#scope, parent, type, name),
      type,
      name,
      parent,
      custom,
      external: false,
      provider: usedProvider,
      inputs: this.#finalInputs(type, mapValues(properties, fromOutputValues), options, request),
      options: {
        protect: protectOf(options) ?? false,
        retainOnDelete: retainOnDeleteOf(options) ?? false,
        deletedWith: options.getDeletedWith(),
        dependsOn: dependsOn(request, options, properties),
        aliases: aliasUrns(this.#scope, { type, name, parent }, specs, parentState?.aliases ?? []),
        ignoreChanges: options.getIgnoreChangesList(),
      },
      policyOptions: {
        additionalSecretOutputs: options.getAdditionalSecretOutputsList(),
        deleteBeforeReplace: deleteBeforeReplaceOf(options),
      },
    };
    this.#states.set(resource.urn, {
      parent,
      inheritable: remote
        ? undefined
        : {
            protect: protectOf(options),
            retainOnDelete: retainOnDeleteOf(options),
            deletedWith: options.getDeletedWith(),
            provider: usedProvider,
          },
      aliases: resource.options.aliases,
      transforms,
      providers: custom ? undefined : providers,
    });
    return resource;
  }

  async #transform(
    subject: { name: string; type: string; custom: boolean; parent: string },
    own: readonly Callback[],
    given: Transformable,
  ): Promise<Transformable> {
    let current = given;
    for (const callback of [...own, ...this.#ancestorTransforms(subject.parent), ...this.#stackTransforms]) {
      current = await applyResourceTransform(this.#protocol, this.#clients, callback, subject, current);
    }
    return current;
  }

  /** Nearest ancestor first. */
  #ancestorTransforms(parent: string): readonly Callback[] {
    const state = this.#states.get(parent);
    return state === undefined ? [] : [...state.transforms, ...this.#ancestorTransforms(state.parent)];
  }

  /** Provider resources carry their own version among their inputs. */
  #finalInputs(
    type: string,
    properties: WireMap,
    options: TransformResourceOptions,
    request: RegisterResourceRequest,
  ): WireMap {
    if (!isProviderType(type)) return properties;
    return this.#providers.explicitProviderInputs(type, properties, options, packageReferenceOf(request));
  }
}
