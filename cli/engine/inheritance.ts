import { packageOf, parseUrn, urnOfProviderReference } from "./urn.js";

/** The options that children take over from their parent. */
export interface InheritableOptions {
  readonly protect: boolean | undefined;
  readonly retainOnDelete: boolean | undefined;
  /** URN, or empty. */
  readonly deletedWith: string;
  /** Provider reference, or empty. */
  readonly provider: string;
}

/** What decides whether a parent's provider fits a child. */
export interface InheritingChild {
  readonly type: string;
  readonly custom: boolean;
  readonly remote: boolean;
}

/** The child's own options, completed by its parent's. A provider is inherited only within its own package. */
export function inheritOptions(
  child: InheritingChild,
  own: InheritableOptions,
  parent: InheritableOptions | undefined,
): InheritableOptions {
  if (parent === undefined) return own;
  return {
    protect: own.protect ?? parent.protect,
    retainOnDelete: own.retainOnDelete ?? parent.retainOnDelete,
    deletedWith: own.deletedWith === "" ? parent.deletedWith : own.deletedWith,
    provider: own.provider === "" && fits(parent.provider, child) ? parent.provider : own.provider,
  };
}

function fits(provider: string, child: InheritingChild): boolean {
  if (provider === "") return false;
  if (!child.custom && !child.remote) return true;
  const providerPackage = parseUrn(urnOfProviderReference(provider)).type.slice("pulumi:providers:".length);
  return providerPackage === packageOf(child.type);
}

/** The provider of a resource: its own, one of its own map, or one that an enclosing component was given. */
export function resolveProvider(
  own: string,
  ownProviders: ReadonlyMap<string, string>,
  parentProviders: ReadonlyMap<string, string> | undefined,
  packageName: string,
): string {
  if (own !== "") return own;
  return ownProviders.get(packageName) ?? parentProviders?.get(packageName) ?? "";
}
