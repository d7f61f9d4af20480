import * as pulumi from "@pulumi/pulumi";
import type { AssetDeclaration, Plan, PlannedAsset } from "../model/index.js";
import { resolveEnvironment, resolveStores } from "../shared/arguments.js";
import { planOne } from "../shared/plan-one.js";
import { throwOnErrors } from "../shared/problems.js";
import { storesOf } from "../shared/store.js";
import { archiveByCloudNativePg, clusterPlugins, type ClusterPlugins } from "./cloudnative-pg.js";
import { inThisCluster } from "./data-access.js";
import { archiveByPgBackRest, type PgBackRestPod } from "./pgbackrest.js";
import type { ArchivedPostgres, PostgresWalArgs } from "./postgres-wal-args.js";
import { postgresWalIssues, postgresWalStoreIssues } from "./postgres-wal-rules.js";

/**
 * Continuous archiving of a PostgreSQL server with base backups, so that any moment of the window can be restored, by
 * what is there: CloudNativePG with its Barman Cloud plugin, or pgBackRest beside a plain PostgreSQL. Both delete what
 * has expired themselves and lock nothing; dumps by `PostgresBackup` beside it are what a lock and years are for. What
 * pgBackRest keeps is proven by a `RestoreDrill` of kind `postgres-wal`.
 *
 * @example
 * new PostgresWal("orders-wal", {
 *   environment: "production",
 *   stores: [primary],
 *   window: "14 days",
 *   tool: { kind: "cloudnative-pg", cluster: "orders" },
 *   protection: { copies: 1, lock: "none" },
 * });
 */
export class PostgresWal extends pulumi.ComponentResource {
  /** Type of the component in states and policies. */
  static readonly type = "backup-tiers:kubernetes:PostgresWal";

  /** To spread into the spec of the Cluster; without plugins where the tool is pgBackRest or nothing is backed up. */
  readonly clusterSpec: ClusterPlugins;
  /** To spread into the pod of PostgreSQL; absent where the tool is CloudNativePG or nothing is backed up. */
  readonly pod: PgBackRestPod | undefined;
  /** What was decided for this asset. */
  readonly plan: Plan;

  constructor(name: string, args: PostgresWalArgs, opts?: pulumi.ComponentResourceOptions);
  /** @internal */
  constructor(name: string, args: PostgresWalArgs, opts?: pulumi.ComponentResourceOptions, planned?: PlannedAsset);
  constructor(name: string, args: PostgresWalArgs, opts?: pulumi.ComponentResourceOptions, given?: PlannedAsset) {
    super(PostgresWal.type, name, {}, opts);
    const { environment, issues } = resolveEnvironment(args.environment);
    const { stores, issues: storeIssues } = resolveStores(args.stores);
    const own = postgresWalIssues(args, environment, ["environment", "stores", "asset"]);
    const readable = own.length === 0;
    const alone =
      given === undefined && readable
        ? planOne(args.asset ?? name, archivedDeclaration(args), environment, stores)
        : undefined;
    const planned = given ?? alone?.planned;
    const chosen = planned === undefined ? {} : storesOf(planned, stores);
    const found = [
      ...issues,
      ...own,
      ...storeIssues,
      ...(alone?.issues ?? []),
      ...(planned === undefined || !readable ? [] : postgresWalStoreIssues(args, planned, chosen)),
    ];
    throwOnErrors("kubernetes.PostgresWal", name, found, this);
    if (planned === undefined) throw new Error(`the plan of "${name}" has neither the asset nor an error`);

    this.plan = { environment: environment.name, assets: [planned], unprotected: [], issues: found };
    this.clusterSpec = { plugins: [] };
    if (planned.frequency !== "none") {
      const keeps = planned.onDestroy === "keep" ? true : undefined;
      const options = { parent: this, protect: opts?.protect ?? keeps };
      const folder = `postgres-wal/${environment.name}/${planned.name}`;
      const places = Object.values(chosen);
      const { tool } = args;
      if (tool.kind === "cloudnative-pg")
        this.clusterSpec = clusterPlugins(archiveByCloudNativePg(name, args, tool, planned, places, folder, options));
      else this.pod = archiveByPgBackRest(name, args, tool, planned, places, folder, options);
    }
    this.registerOutputs({ clusterSpec: this.clusterSpec, pod: this.pod, plan: this.plan });
  }
}

/** Only its operator restores what CloudNativePG archives. */
const drillByHand =
  "make a Cluster with cloudNativePgRecovery() in a namespace of its own at that cadence, ask it, delete it, and set restoreTests: []";

const mechanisms: Readonly<Record<string, readonly string[]>> = {
  "cloudnative-pg": ["cloudnative-pg", "barman-cloud"],
  pgbackrest: ["pgbackrest"],
};

/** What the plan needs to know. The tools sign nothing; base backups are kept as long as the window. */
export function archivedDeclaration(args: Partial<ArchivedPostgres>): AssetDeclaration {
  const { tool, window } = args;
  return {
    kind: "postgres",
    mechanisms: mechanisms[tool?.kind ?? ""] ?? [],
    protection: { frequency: "1 day", retention: { daily: window, pitr: window }, signed: false, ...args.protection },
    location: inThisCluster,
    providesPitr: true,
    ...(tool?.kind === "cloudnative-pg" ? { restoreTestAdvice: drillByHand } : {}),
    target: tool && `wal://${tool.kind === "pgbackrest" ? tool.host : tool.cluster}`,
  };
}
