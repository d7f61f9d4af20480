import type { Alias } from "@pulumi/pulumi/proto/alias_pb.js";
import type { Callback } from "@pulumi/pulumi/proto/callback_pb.js";
import type { RegisterResourceRequest, TransformResourceOptions } from "@pulumi/pulumi/proto/resource_pb.js";
import { aliasUrns, type AliasSpec } from "./alias.js";
import type { CallbackClients } from "./callback-client.js";
import { inheritOptions, resolveProvider, type InheritableOptions } from "./inheritance.js";
import type { PreviewScope } from "./preview-scope.js";
import type { Protocol } from "./program-sdk.js";
import type { ProviderDirectory } from "./provider-directory.js";
import type { RegisteredResource } from "./registered-resource.js";
import { applyResourceTransform, mapValues, type Transformable } from "./transforms.js";
import { isProviderType, makeUrn, packageOf } from "./urn.js";
import {
  dependenciesOf,
  fromOutputValues,
  toOutputValues,
  withDependencies,
  type WireMap,
  type WireValue,
} from "./wire-value.js";

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

    const given = {
      properties: givenProperties(request),
      options: this.#transformOptions(request, inherited, managed),
    };
    const transforms = request.getTransformsList();
    const { properties, options } = await this.#transform({ name, type, custom, parent }, transforms, given);

    const providers = new Map(options.getProvidersMap().entries());
    if (!custom) parentState?.providers?.forEach((value, key) => providers.has(key) || providers.set(key, value));
    const provider =
      (custom && !isProviderType(type)) || remote
        ? this.#providers.referenceFor(type, options, request.getPackageref?.() ?? "")
        : "";

    const specs = options.getAliasesList().map(toAliasSpec);
    const resource: RegisteredResource = {
      urn: makeUrn(this.#scope, parent, type, name),
      type,
      name,
      parent,
      custom,
      external: false,
      provider,
      inputs: this.#finalInputs(type, mapValues(properties, fromOutputValues), options, request),
      options: {
        protect: protectOf(options) ?? false,
        retainOnDelete: retainOf(options) ?? false,
        deletedWith: options.getDeletedWith(),
        dependsOn: dependsOn(request, options, properties),
        aliases: aliasUrns(this.#scope, { type, name, parent }, specs, parentState?.aliases ?? []),
        ignoreChanges: options.getIgnoreChangesList(),
      },
      policyOptions: {
        additionalSecretOutputs: options.getAdditionalSecretOutputsList(),
        deleteBeforeReplace: options.hasDeleteBeforeReplace() ? options.getDeleteBeforeReplace() : undefined,
      },
    };
    this.#states.set(resource.urn, {
      parent,
      inheritable: remote
        ? undefined
        : {
            protect: protectOf(options),
            retainOnDelete: retainOf(options),
            deletedWith: options.getDeletedWith(),
            provider,
          },
      aliases: resource.options.aliases,
      transforms,
      providers: custom ? undefined : providers,
    });
    return resource;
  }

  #transformOptions(
    request: RegisterResourceRequest,
    inherited: InheritableOptions,
    managed: boolean,
  ): TransformResourceOptions {
    const own = new Map(request.getProvidersMap().entries());
    const enclosing = this.#states.get(request.getParent())?.providers;
    const options = new this.#protocol.resources.TransformResourceOptions();
    if (inherited.protect !== undefined) options.setProtect(inherited.protect);
    if (inherited.retainOnDelete !== undefined) options.setRetainOnDelete(inherited.retainOnDelete);
    options.setDeletedWith(inherited.deletedWith);
    options.setProvider(
      managed ? resolveProvider(inherited.provider, own, enclosing, packageOf(request.getType())) : inherited.provider,
    );
    for (const [key, value] of own) options.getProvidersMap().set(key, value);
    options.setDependsOnList(request.getDependenciesList());
    options.setIgnoreChangesList(request.getIgnorechangesList());
    options.setReplaceOnChangesList(request.getReplaceonchangesList());
    options.setVersion(request.getVersion());
    options.setPluginDownloadUrl(request.getPlugindownloadurl());
    options.setAliasesList([
      ...request.getAliasurnsList().map((urn) => this.#urnAlias(urn)),
      ...this.#aliases(request),
    ]);
    options.setCustomTimeouts(request.getCustomtimeouts());
    if (request.getDeletebeforereplacedefined() || request.getDeletebeforereplace()) {
      options.setDeleteBeforeReplace(request.getDeletebeforereplace());
    }
    options.setAdditionalSecretOutputsList(request.getAdditionalsecretoutputsList());
    // The rest came with later versions of the SDK.
    options.setImport?.(request.getImportid());
    options.setHideDiffList?.(request.getHidediffsList?.() ?? []);
    options.setReplaceWithList?.(request.getReplaceWithList?.() ?? []);
    options.setHooks?.(request.getHooks?.());
    options.setReplacementTrigger?.(request.getReplacementTrigger?.());
    return options;
  }

  #urnAlias(urn: string): Alias {
    const alias = new this.#protocol.aliases.Alias();
    alias.setUrn(urn);
    return alias;
  }

  /** Older SDKs said "no parent" where they meant "the same parent", and the other way round. */
  #aliases(request: RegisterResourceRequest): readonly Alias[] {
    const wellSpecified = request.getAliasspecs?.() ?? false;
    if (wellSpecified) return request.getAliasesList();
    return request.getAliasesList().map((alias) => {
      const spec = alias.getSpec();
      if (spec === undefined || spec.getParenturn() !== "") return alias;
      const noParent = spec.getNoparent();
      spec.clearParenturn();
      if (noParent) spec.clearNoparent();
      else spec.setNoparent(true);
      return alias;
    });
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
    return this.#providers.explicitProviderInputs(type, properties, options, request.getPackageref?.() ?? "");
  }
}

function ownOptions(request: RegisterResourceRequest): InheritableOptions {
  return {
    protect: optionalBoolean(request, "hasProtect", request.getProtect()),
    retainOnDelete: optionalBoolean(request, "hasRetainondelete", request.getRetainondelete()),
    deletedWith: request.getDeletedwith(),
    provider: request.getProvider(),
  };
}

/** In older SDKs these fields had no presence: `false` could mean "not set". */
function optionalBoolean(
  request: RegisterResourceRequest,
  presence: "hasProtect" | "hasRetainondelete",
  value: boolean | undefined,
): boolean | undefined {
  const has = request[presence] as (() => boolean) | undefined;
  if (has === undefined) return value === true ? true : undefined;
  return has.call(request) ? value : undefined;
}

function protectOf(options: TransformResourceOptions): boolean | undefined {
  return options.hasProtect() ? options.getProtect() : undefined;
}

function retainOf(options: TransformResourceOptions): boolean | undefined {
  return options.hasRetainOnDelete() ? options.getRetainOnDelete() : undefined;
}

/** A resource with own transforms hands them its dependencies too, inside output values. */
function givenProperties(request: RegisterResourceRequest): WireMap {
  const properties = (request.getObject()?.toJavaScript() ?? {}) as WireMap;
  if (request.getTransformsList().length === 0) return properties;
  const dependencies = request.getPropertydependenciesMap();
  return Object.fromEntries(
    Object.entries(properties).map(([key, value]): [string, WireValue] => [
      key,
      withDependencies(toOutputValues(value), dependencies.get(key)?.getUrnsList() ?? []),
    ]),
  );
}

function dependsOn(
  request: RegisterResourceRequest,
  options: TransformResourceOptions,
  properties: WireMap,
): readonly string[] {
  if (request.getTransformsList().length === 0) return request.getDependenciesList();
  return [...new Set([...options.getDependsOnList(), ...Object.values(properties).flatMap(dependenciesOf)])];
}

function toAliasSpec(alias: Alias): AliasSpec {
  const spec = alias.getSpec();
  if (spec === undefined) return { urn: alias.getUrn() };
  return {
    name: spec.getName(),
    type: spec.getType(),
    stack: spec.getStack(),
    project: spec.getProject(),
    parent: spec.getParenturn(),
    noParent: spec.getNoparent(),
  };
}
