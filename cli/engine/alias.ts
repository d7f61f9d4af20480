import { makeUrn, parseUrn, STACK_TYPE, type UrnScope } from "./urn.js";

/** One alias as a program gives it: a whole URN, or the parts that were different. */
export interface AliasSpec {
  readonly urn?: string;
  readonly name?: string;
  readonly type?: string;
  readonly stack?: string;
  readonly project?: string;
  /** Former parent. */
  readonly parent?: string;
  /** It was a child of the stack. */
  readonly noParent?: boolean;
}

/** The resource that carries aliases. */
export interface AliasedResource {
  readonly type: string;
  readonly name: string;
  readonly parent: string;
}

/**
 * All URNs that a resource may have had: its own aliases, and those that follow from its parent's. A child whose name
 * begins with its parent's is taken to have been named after the parent's former name too, as Pulumi does.
 */
export function aliasUrns(
  scope: UrnScope,
  resource: AliasedResource,
  specs: readonly AliasSpec[],
  parentAliases: readonly string[],
): readonly string[] {
  const own = specs.map((spec) => collapse(scope, resource, spec));
  const shapes = [resource, ...own.map((urn) => parseUrn(urn))];
  const inherited = parentAliases.flatMap((alias) =>
    shapes.map((shape) => inheritedAlias(scope, shape.type, shape.name, resource.parent, alias)),
  );
  const itself = makeUrn(scope, resource.parent, resource.type, resource.name);
  return [...new Set([...own, ...inherited])].filter((urn) => urn !== itself);
}

function collapse(scope: UrnScope, resource: AliasedResource, spec: AliasSpec): string {
  if (spec.urn !== undefined && spec.urn !== "") return spec.urn;
  const former = {
    stack: nonEmpty(spec.stack) ?? scope.stack,
    project: nonEmpty(spec.project) ?? scope.project,
  };
  const parent = spec.noParent === true ? "" : (nonEmpty(spec.parent) ?? resource.parent);
  const underStack = parent === "" || parseUrn(parent).qualifiedType === STACK_TYPE;
  return makeUrn(
    former,
    underStack ? "" : parent,
    nonEmpty(spec.type) ?? resource.type,
    nonEmpty(spec.name) ?? resource.name,
  );
}

function inheritedAlias(scope: UrnScope, type: string, name: string, parent: string, parentAlias: string): string {
  const parentName = parseUrn(parent).name;
  const formerName = name.startsWith(parentName) ? parseUrn(parentAlias).name + name.slice(parentName.length) : name;
  return makeUrn(scope, parentAlias, type, formerName);
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === "" ? undefined : text;
}
