/** Type of the resource that is the root of every stack. */
export const STACK_TYPE = "pulumi:pulumi:Stack";

/** The stack and the project that all URNs of one preview share. */
export interface UrnScope {
  readonly stack: string;
  readonly project: string;
}

/** The parts of `urn:pulumi:<stack>::<project>::<qualified type>::<name>`. */
export interface UrnParts extends UrnScope {
  /** The types of all ancestors and the own type, joined by `$`. */
  readonly qualifiedType: string;
  readonly type: string;
  readonly name: string;
}

/** The URN of a resource: the parent's qualified type goes before its own, the stack's does not. */
export function makeUrn(scope: UrnScope, parent: string, type: string, name: string): string {
  const parentType = parent === "" ? "" : parseUrn(parent).qualifiedType;
  const qualified = parentType === "" || parentType === STACK_TYPE ? type : `${parentType}$${type}`;
  return `urn:pulumi:${scope.stack}::${scope.project}::${qualified}::${name}`;
}

/** Takes a URN apart; a name may itself contain `::`. */
export function parseUrn(urn: string): UrnParts {
  const [head = "", project = "", qualifiedType = "", ...name] = urn.split("::");
  return {
    stack: head.slice("urn:pulumi:".length),
    project,
    qualifiedType,
    type: qualifiedType.slice(qualifiedType.lastIndexOf("$") + 1),
    name: name.join("::"),
  };
}

/** `aws:s3/bucket:Bucket` -> `aws`. */
export function packageOf(type: string): string {
  return type.split(":")[0] ?? type;
}

/** Whether a type is a provider, `pulumi:providers:<package>`. */
export function isProviderType(type: string): boolean {
  return type.startsWith("pulumi:providers:");
}

/** The URN inside a provider reference, `<urn>::<id>`. */
export function urnOfProviderReference(reference: string): string {
  const end = reference.lastIndexOf("::");
  return end === -1 ? reference : reference.slice(0, end);
}
