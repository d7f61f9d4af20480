import { type Issue, unknownKeys } from "../model/index.js";
import { problem } from "../shared/problem.js";
import { nodeUser } from "./agent-pod.js";
import { claimFiles } from "./claim-files.js";
import type { DataAccess, DataKind } from "./data-access.js";
import { gitRepository } from "./git-repository.js";
import { postgresDatabase } from "./postgres-database.js";
import { redisServer } from "./redis-server.js";
import { talosEtcd } from "./talos-etcd.js";

/** What a drill restores, as far as it must know: nothing of the real server. */
export interface DrilledData {
  /** Kind of the asset, a row of the matrix. */
  readonly kind: "postgres" | "redis" | "git-repository" | "volume" | "etcd";
  /**
   * Version of the vendor's image that restores: of PostgreSQL the server's own major, else not older than what made
   * the backup.
   * @default - as for the backup of that kind
   */
  readonly version?: string;
}

/**
 * A pod that can restore data of a kind, and reaches none that exists.
 *
 * @internal
 */
export function rehearsalOf<Data>(kind: DataKind<Data>, data: Data): DataAccess {
  const { source, toolsImage, user } = kind.access(data, "drill");
  // Owners are not proven, and root is refused: PostgreSQL's server does not run as root, nor does a restricted pod.
  return {
    source,
    secretFiles: [],
    ports: [],
    toolsImage,
    user: user === 0 ? nodeUser : user,
    demands: kind.rehearsal,
  };
}

const nowhere = "localhost";

const rehearsals: Readonly<Record<DrilledData["kind"], (version: string | undefined) => DataAccess>> = {
  postgres: (version) => rehearsalOf(postgresDatabase, { host: nowhere, database: "restored", version }),
  redis: (version) => rehearsalOf(redisServer, { host: nowhere, version }),
  "git-repository": () => rehearsalOf(gitRepository, { url: `https://${nowhere}/restored.git` }),
  volume: () => rehearsalOf(claimFiles, { claimName: "restored" }),
  etcd: (etcdVersion) => rehearsalOf(talosEtcd, { endpoints: [], etcdVersion }),
};

/**
 * The pod that restores data described for a drill alone.
 *
 * @internal
 */
export function drillAccess({ kind, version }: DrilledData): DataAccess {
  return rehearsals[kind](version);
}

/** Problems of the description. */
export function drilledDataIssues(data: DrilledData | undefined, path: string): Issue[] {
  const issues = unknownKeys(data, ["kind", "version"], path);
  const kind = (data as { readonly kind?: unknown } | null | undefined)?.kind;
  const known = Object.keys(rehearsals);
  if (known.includes(String(kind))) return issues;
  const rule = `be one of ${known.join(", ")} (the agent restores these by itself)`;
  return [...issues, problem("drilled-data", `${path}.kind`, rule, kind, "rehearse other kinds as their vendor says")];
}
