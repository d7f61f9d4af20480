/** The kinds of asset that the default protection matrix has a row for. */
export const assetKinds = [
  "postgres",
  "etcd",
  "volume",
  "redis",
  "object-store",
  "git-repository",
  "kubernetes-objects",
  "secret-material",
] as const;

/** A kind that the default matrix knows. */
export type KnownAssetKind = (typeof assetKinds)[number];

/**
 * What an asset is: one of {@link assetKinds}, or a word of your own (for example `"mysql"`), for which the
 * environment or the asset itself must then state the whole protection.
 */
export type AssetKind = KnownAssetKind | (string & {});
