import { type Issue, unknownKeys } from "../model/index.js";
import { problem } from "../shared/problem.js";
import { nodeUser } from "./agent-pod.js";
import { claimFiles } from "./claim-files.js";
import type { DataAccess, DataKind } from "./data-access.js";
import { gitRepository } from "./git-repository.js";
import { kubernetesObjects } from "./objects-backup.js";
import { postgresDatabase } from "./postgres-database.js";
import { redisServer } from "./redis-server.js";
import { talosEtcd } from "./talos-etcd.js";

/** What a drill restores, as far as it must know: nothing of the real server. */
export interface DrilledData {
  /** Kind of the asset, a row of the matrix. */
  readonly kind: "postgres" | "redis" | "git-repository" | "volume" | "etcd" | "kubernetes-objects";
  /**
   * Version of the vendor's image that restores: of PostgreSQL the server's own major, else not older than what made
   * the backup.
   * @default - as for the backup of that kind
   */
  readonly version?: string;
  /**
   * API groups of custom resources that are tried by dry run: `"cert-manager.io"`; only for `kubernetes-objects`. Name those of
   * definitions: of an API server of its own nobody knows whether it heeds dry runs.
   * @default [] - custom resources are only read
   */
  readonly customGroups?: readonly string[];
  /** Ports of the API server, as the network sees them; only for `kubernetes-objects`. @default [443, 6443] */
  readonly apiServerPorts?: readonly number[];
}

/**
 * A pod that can restore data of a kind, and reaches none that exists.
 *
 * @internal
 */
export function rehearsalOf<Data>(kind: DataKind<Data>, data: Data): DataAccess {
  const { source, toolsImage, user, ports } = kind.access(data, "drill");
  const rights = kind.rehearsalRights?.(data);
  // Owners are not proven, and root is refused: PostgreSQL's server does not run as root, nor does a restricted pod.
  return {
    source,
    secretFiles: [],
    ports: rights === undefined ? [] : ports,
    rights,
    toolsImage,
    user: user === 0 ? nodeUser : user,
    demands: kind.rehearsal,
  };
}

const objectsKeys = ["customGroups", "apiServerPorts"] as const;

const nowhere = "localhost";

const rehearsals: Readonly<Record<DrilledData["kind"], (data: DrilledData) => DataAccess>> = {
  postgres: ({ version }) => rehearsalOf(postgresDatabase, { host: nowhere, database: "restored", version }),
  redis: ({ version }) => rehearsalOf(redisServer, { host: nowhere, version }),
  "git-repository": () => rehearsalOf(gitRepository, { url: `https://${nowhere}/restored.git` }),
  volume: () => rehearsalOf(claimFiles, { claimName: "restored" }),
  etcd: ({ version }) => rehearsalOf(talosEtcd, { endpoints: [], etcdVersion: version }),
  "kubernetes-objects": ({ customGroups, apiServerPorts }) =>
    rehearsalOf(kubernetesObjects, { customGroups, apiServerPorts }),
};

/**
 * The pod that restores data described for a drill alone.
 *
 * @internal
 */
export function drillAccess(data: DrilledData): DataAccess {
  return rehearsals[data.kind](data);
}

/** Problems of the description. */
export function drilledDataIssues(data: DrilledData | undefined, path: string): Issue[] {
  const issues = unknownKeys(data, ["kind", "version", ...objectsKeys], path);
  const kind = (data as { readonly kind?: unknown } | null | undefined)?.kind;
  const known = Object.keys(rehearsals);
  if (kind !== "kubernetes-objects")
    for (const key of objectsKeys)
      if (data?.[key] !== undefined) {
        const rule = "be left out for other kinds than kubernetes-objects (they do not reach the API server)";
        issues.push(problem("drilled-data", `${path}.${key}`, rule, data[key], "remove it"));
      }
  if (known.includes(String(kind))) return issues;
  const rule = `be one of ${known.join(", ")} (the agent restores these by itself)`;
  return [...issues, problem("drilled-data", `${path}.kind`, rule, kind, "rehearse other kinds as their vendor says")];
}
