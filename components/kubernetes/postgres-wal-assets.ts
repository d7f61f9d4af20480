import type { BackupAsset } from "../shared/asset.js";
import { archivedDeclaration, PostgresWal } from "./postgres-wal.js";
import type { ArchivedPostgres } from "./postgres-wal-args.js";
import { postgresWalIssues, postgresWalStoreIssues } from "./postgres-wal-rules.js";

/** Continuous archiving of one server, as an asset of a strategy. */
export interface PostgresWalAsset extends ArchivedPostgres {
  /** Names of the strategy's stores to use, in order. @default - as many as the environment asks copies, in order */
  readonly stores?: readonly string[];
}

/**
 * Continuous archiving of a PostgreSQL server as an asset of a `BackupStrategy`; see {@link PostgresWal}.
 *
 * @example
 * postgresWal({ window: "14 days", tool: { kind: "cloudnative-pg", cluster: "orders" }, stores: ["primary"] })
 */
export function postgresWal(args: PostgresWalAsset): BackupAsset {
  const { stores, ...own } = args;
  return {
    declaration: { ...archivedDeclaration(own), stores },
    issues: (path, environment) => postgresWalIssues(own, environment, ["stores"], `${path}.`),
    storeIssues: (path, planned, chosen) =>
      (own as Partial<ArchivedPostgres>).tool === undefined
        ? []
        : postgresWalStoreIssues(own, planned, chosen, `${path}.`),
    provision: (name, { environment, planned, stores: chosen }, options) =>
      new PostgresWal(name, { ...own, environment, stores: chosen, asset: planned.name }, options, planned),
  };
}
