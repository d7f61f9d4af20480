import type { BackupAsset } from "../shared/asset.js";
import { archivedDeclaration, PostgresWal } from "./postgres-wal.js";
import type { ArchivedPostgres } from "./postgres-wal-args.js";
import { type ArchiveProofs, archiveProofIssues, provisionArchiveProofs } from "./postgres-wal-proofs.js";
import { postgresWalIssues, postgresWalStoreIssues } from "./postgres-wal-rules.js";
import { proofStoreIssues } from "./proofs.js";

/** Continuous archiving of one server, as an asset of a strategy. */
export interface PostgresWalAsset extends ArchivedPostgres, ArchiveProofs {
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
  const { stores, check, drill, ...own } = args;
  const proofs = { check, drill };
  return {
    declaration: {
      ...archivedDeclaration(own),
      stores,
      // A moment that is recovered is the whole server.
      ...(drill === undefined ? {} : { providesRestoreTests: ["restore", "smoke", "pitr"] }),
    },
    issues: (path, environment) => [
      ...postgresWalIssues(own, environment, ["stores", "check", "drill"], `${path}.`),
      ...archiveProofIssues(proofs, own.tool, path),
    ],
    storeIssues: (path, planned, chosen) => [
      ...((own as Partial<ArchivedPostgres>).tool === undefined
        ? []
        : postgresWalStoreIssues(own, planned, chosen, `${path}.`)),
      ...proofStoreIssues(proofs, own.namespace, chosen, path),
    ],
    provision: (name, context, options) => {
      const { environment, planned, stores: chosen } = context;
      const made = new PostgresWal(
        name,
        { ...own, environment, stores: chosen, asset: planned.name },
        options,
        planned,
      );
      provisionArchiveProofs(name, proofs, own, context, options);
      return made;
    },
  };
}
