import type { Alias } from "@pulumi/pulumi/proto/alias_pb.js";
import type { RegisterResourceRequest, TransformResourceOptions } from "@pulumi/pulumi/proto/resource_pb.js";
import type { AliasSpec } from "./alias.js";
import type { InheritableOptions } from "./inheritance.js";
import { ofAnyVersion, type Protocol } from "./program-sdk.js";
import { dependenciesOf, toOutputValues, withDependencies, type WireMap, type WireValue } from "./wire-value.js";

/** What transforms get to see of a request's options. */
export function transformOptionsOf(
  protocol: Protocol,
  request: RegisterResourceRequest,
  inherited: InheritableOptions,
): TransformResourceOptions {
  const options = new protocol.resources.TransformResourceOptions();
  if (inherited.protect !== undefined) options.setProtect(inherited.protect);
  if (inherited.retainOnDelete !== undefined) options.setRetainOnDelete(inherited.retainOnDelete);
  options.setDeletedWith(inherited.deletedWith);
  options.setProvider(inherited.provider);
  for (const [key, value] of request.getProvidersMap().entries()) options.getProvidersMap().set(key, value);
  options.setDependsOnList(request.getDependenciesList());
  options.setIgnoreChangesList(request.getIgnorechangesList());
  options.setReplaceOnChangesList(request.getReplaceonchangesList());
  options.setVersion(request.getVersion());
  options.setPluginDownloadUrl(request.getPlugindownloadurl());
  options.setAliasesList([...urnAliases(protocol, request.getAliasurnsList()), ...specifiedAliases(request)]);
  options.setCustomTimeouts(request.getCustomtimeouts());
  if (request.getDeletebeforereplacedefined() || request.getDeletebeforereplace()) {
    options.setDeleteBeforeReplace(request.getDeletebeforereplace());
  }
  options.setAdditionalSecretOutputsList(request.getAdditionalsecretoutputsList());
  const [from, to] = [ofAnyVersion(request), ofAnyVersion(options)];
  to.setImport?.(request.getImportid());
  to.setHideDiffList?.(from.getHidediffsList?.() ?? []);
  to.setReplaceWithList?.(from.getReplaceWithList?.() ?? []);
  to.setHooks?.(from.getHooks?.());
  to.setReplacementTrigger?.(from.getReplacementTrigger?.());
  return options;
}

/** The package that a request names, or empty; older SDKs know no packages. */
export function packageReferenceOf(request: { getPackageref(): string }): string {
  return ofAnyVersion(request).getPackageref?.() ?? "";
}

/** The options that the request itself sets. */
export function ownOptions(request: RegisterResourceRequest): InheritableOptions {
  const given = ofAnyVersion(request);
  return {
    protect: valueOf(given.hasProtect?.bind(request), request.getProtect()),
    retainOnDelete: valueOf(given.hasRetainondelete?.bind(request), request.getRetainondelete()),
    deletedWith: request.getDeletedwith(),
    provider: request.getProvider(),
  };
}

/** In older SDKs these fields had no presence: `false` could mean "not set". */
function valueOf(isSet: (() => boolean) | undefined, value: boolean | undefined): boolean | undefined {
  if (isSet === undefined) return value === true ? true : undefined;
  return isSet() ? value : undefined;
}

/** `undefined` where nobody has set it. */
export function protectOf(options: TransformResourceOptions): boolean | undefined {
  return valueOf(ofAnyVersion(options).hasProtect?.bind(options), options.getProtect());
}

/** `undefined` where nobody has set it. */
export function retainOnDeleteOf(options: TransformResourceOptions): boolean | undefined {
  return valueOf(ofAnyVersion(options).hasRetainOnDelete?.bind(options), options.getRetainOnDelete());
}

/** `undefined` where nobody has set it. */
export function deleteBeforeReplaceOf(options: TransformResourceOptions): boolean | undefined {
  return valueOf(ofAnyVersion(options).hasDeleteBeforeReplace?.bind(options), options.getDeleteBeforeReplace());
}

/** A resource with own transforms hands them its dependencies too, inside output values. */
export function givenProperties(request: RegisterResourceRequest): WireMap {
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

/** URNs after transforms, which may add some and hide others in output values. */
export function dependsOn(
  request: RegisterResourceRequest,
  options: TransformResourceOptions,
  properties: WireMap,
): readonly string[] {
  if (request.getTransformsList().length === 0) return request.getDependenciesList();
  return [...new Set([...options.getDependsOnList(), ...Object.values(properties).flatMap(dependenciesOf)])];
}

/** An alias without its message. */
export function toAliasSpec(alias: Alias): AliasSpec {
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

function urnAliases(protocol: Protocol, urns: readonly string[]): readonly Alias[] {
  return urns.map((urn) => {
    const alias = new protocol.aliases.Alias();
    alias.setUrn(urn);
    return alias;
  });
}

/** Older SDKs said "no parent" where they meant "the same parent", and the other way round. */
function specifiedAliases(request: RegisterResourceRequest): readonly Alias[] {
  const wellSpecified = ofAnyVersion(request).getAliasspecs?.() ?? false;
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
