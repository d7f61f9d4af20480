import type * as core from "@pulumi/kubernetes/core/v1";
import * as rbac from "@pulumi/kubernetes/rbac/v1";
import * as pulumi from "@pulumi/pulumi";
import type { AgentDrill, DrillCheck, Frequency, Issue, PlannedAsset, ResolvedFrequency } from "../model/index.js";
import { resolveStores } from "../shared/arguments.js";
import type { SecretKeyReference } from "../shared/input.js";
import { problem } from "../shared/problem.js";
import { agentBundle, exitCodes, provisionCronJob, serviceAccount } from "./backup-cron-job.js";
import { type BackupJobArgs, type ResolvedBackupJob, resolveBackupJob } from "./backup-job.js";
import type { DataAccess } from "./data-access.js";
import {
  archiveAccess,
  type DrilledArchive,
  drilledArchiveDeclaration,
  drilledArchiveIssues,
} from "./drilled-archive.js";
import { drillAccess, type DrilledData, drilledDataIssues } from "./drilled-data.js";
import { bucketIssues } from "./postgres-wal-rules.js";
import { cadenceOf, storedDeclaration } from "./stored-asset.js";
import { type SecretFile, secretPath } from "./secret-file.js";

/** How restores of an asset are rehearsed. */
export interface DrillTerms {
  /**
   * Secret in the namespace of the drill with an age identity that opens artefacts; its `key` defaults to
   * `"identity.txt"`. Keep it out of the namespaces of the backups: who writes them need not read them. Needed but for
   * `postgres-wal`, which has a passphrase.
   */
  readonly identitySecret?: SecretKeyReference;
  /**
   * Which artefact, or which moment of a `postgres-wal`: `random` and `oldest` among those that the retention still
   * promises. RPO is measured of the newest.
   * @default "newest"
   */
  readonly pick?: "newest" | "random" | "oldest";
  /**
   * Questions to the restored database beside the row counts of the manifest, of which a `postgres-wal` has none;
   * PostgreSQL only.
   * @default []
   */
  readonly checks?: readonly DrillCheck[];
  /**
   * Program that gets what was restored on its stdin and judges it by its exit code; needed for `command` assets, possible for
   * `kubernetes-objects`, where it gets a `List` of each namespace's objects as they were backed up.
   */
  readonly judge?: readonly string[];
  /**
   * Namespaces of the artefact whose objects are restored, one after the other, into the drill's namespace; only
   * `kubernetes-objects`.
   * @default - all of the artefact
   */
  readonly namespaces?: readonly string[];
}

/** Arguments of {@link RestoreDrill}. */
export interface RestoreDrillArgs extends BackupJobArgs, DrillTerms {
  /** Name of the asset whose artefacts are restored, as it stands in the object names. */
  readonly asset: string;
  /** What the artefacts hold, or what archive there is in their place. */
  readonly data: DrilledData | DrilledArchive;
  /** How often. */
  readonly every: Frequency;
}

/** A drill whose data a strategy knows. */
type KnownDrillArgs = Omit<RestoreDrillArgs, "data"> & { readonly data?: DrilledArchive };

/** Keys of {@link DrillTerms}, for refusing misspelt ones at run time. */
export const drillTermsKeys = [
  "identitySecret",
  "pick",
  "checks",
  "judge",
  "namespaces",
] as const satisfies readonly (keyof DrillTerms)[];

/**
 * What a strategy knows of a drill.
 *
 * @internal
 */
export interface PlannedDrill {
  readonly planned: PlannedAsset;
  /** Absent: an archive, which the arguments describe. */
  readonly access?: DataAccess;
}

/**
 * Rehearses restores of one asset: a pod takes an artefact from a store, verifies it, restores it into a server of its
 * own, which nobody else reaches, compares row counts, asks your checks, and leaves a signed record with the measured
 * RTO and RPO. It fails, and so does its Job, when anything is not as it must be. It reaches the stores and nothing else;
 * put it into a namespace of its own, see `DrillNamespace`. A store that is a PersistentVolumeClaim can be mounted in
 * its own namespace only.
 *
 * Kubernetes objects are restored into that namespace itself, through the API, with rights in it alone: it must be one of
 * `DrillNamespace`, or have the label `purpose=drill`. Nothing that could start, take storage or reach anything is made;
 * the server judges it by dry run. What was made is removed at the end.
 *
 * Of a `PostgresWal` by pgBackRest a moment is recovered, from each of its repositories: PostgreSQL replays the log on a
 * server that archives nothing, takes over no setting, and that nobody else reaches. The credentials of the stores need to
 * read the archive and to add the record. A gap in the log, or a file that is not what it was, fails the drill.
 *
 * @example
 * new RestoreDrill("orders-drill", {
 *   environment: "production", asset: "orders", data: { kind: "postgres", version: "17" }, every: "1 day",
 *   stores: [primary], keys, identitySecret: { name: "backup-identity" }, namespace: drills.namespaceName,
 *   checks: [{ name: "orders of today", sql: "SELECT count(*) > 0 FROM orders WHERE placed > now() - interval '1 day'" }],
 * });
 */
export class RestoreDrill extends pulumi.ComponentResource {
  /** Type of the component in states and policies. */
  static readonly type = "backup-tiers:kubernetes:RestoreDrill";

  /** Name of the CronJob, for `kubectl create job --from=cronjob/<name>`; empty where the environment makes no backup. */
  readonly cronJobName: pulumi.Output<string>;

  constructor(name: string, args: RestoreDrillArgs, opts?: pulumi.ComponentResourceOptions);
  /** @internal */
  constructor(name: string, args: KnownDrillArgs, opts: pulumi.ComponentResourceOptions, known: PlannedDrill);
  constructor(
    name: string,
    args: Omit<RestoreDrillArgs, "data"> & Partial<Pick<RestoreDrillArgs, "data">>,
    opts?: pulumi.ComponentResourceOptions,
    known?: PlannedDrill,
  ) {
    super(RestoreDrill.type, name, {}, opts);
    const { data } = args;
    const cadence = cadenceOf(args.every, `${args.asset} drill`);
    const archive = data?.kind === "postgres-wal" ? data : undefined;
    const ownIssues = known === undefined ? drillIssues(args, data, archive) : [];
    const job = resolveBackupJob(
      {
        component: "kubernetes.RestoreDrill",
        name,
        args,
        declaration: archive ? drilledArchiveDeclaration(archive, args) : storedDeclaration(data?.kind, args),
        ownKeys: [...drillTermsKeys, "data", "every"],
        ownIssues: [...cadence.issues, ...ownIssues],
        planned: known?.planned,
      },
      this,
    );

    this.cronJobName = pulumi.output("");
    if (job.planned.frequency !== "none" && cadence.resolved !== undefined) {
      const access = known?.access ?? (data && accessTo(data, name, args, job, this));
      if (access === undefined) throw new Error("a drill without data has passed its rules");
      this.cronJobName = provisionDrill(name, args, job, access, cadence.resolved, this);
    }
    this.registerOutputs({ cronJobName: this.cronJobName });
  }
}

/** Problems of a drill whose data nobody knows but its arguments. */
function drillIssues(
  args: Omit<RestoreDrillArgs, "data">,
  data: RestoreDrillArgs["data"] | undefined,
  archive: DrilledArchive | undefined,
): Issue[] {
  if (archive === undefined)
    return [
      ...drilledDataIssues(data as DrilledData | undefined, "data"),
      ...drillTermsIssues(args, data?.kind, false, ""),
    ];
  return [
    ...drilledArchiveIssues(archive, "data"),
    ...archiveDrillIssues(args, ""),
    ...bucketIssues(resolveStores(args.stores).stores, "pgbackrest", ""),
  ];
}

function accessTo(
  data: RestoreDrillArgs["data"],
  name: string,
  args: Omit<RestoreDrillArgs, "data">,
  job: ResolvedBackupJob,
  parent: pulumi.Resource,
): DataAccess {
  return data.kind === "postgres-wal" ? archiveAccess(name, data, args, job, parent) : drillAccess(data);
}

function provisionDrill(
  name: string,
  args: Omit<RestoreDrillArgs, "data">,
  job: ResolvedBackupJob,
  access: DataAccess,
  { schedule, longestGapSeconds }: ResolvedFrequency,
  parent: pulumi.Resource,
): pulumi.Output<string> {
  const { identitySecret, pick = "newest" } = args;
  const identity: SecretFile | undefined = identitySecret && {
    volume: "identity",
    secretName: identitySecret.name,
    key: identitySecret.key ?? "identity.txt",
  };
  const account = serviceAccount(name, args, job, parent, "drill");
  const drill = {
    args,
    job,
    access,
    agent: agentBundle(name, args, job, parent),
    serviceAccount: account,
    usesKubernetesApi: access.rights !== undefined,
    prerequisites: grantRestoring(name, args, job, access, account, parent),
    task: {
      purpose: "drill",
      command: ["drill", ...(identity === undefined ? [] : ["--identity", secretPath(identity)]), "--pick", pick],
      schedule,
      longestGapSeconds,
      // What an artefact holds does not change from one try to the next.
      finalExitCodes: [exitCodes.usage, exitCodes.content],
      secretFiles: identity === undefined ? [] : [identity],
      drill: agentDrill(args, job.planned, longestGapSeconds),
    },
  } as const;
  return provisionCronJob(name, drill, parent, false);
}

/** Rights in the namespace of the drill only. */
function grantRestoring(
  name: string,
  { namespace }: BackupJobArgs,
  { jobName }: ResolvedBackupJob,
  { rights }: DataAccess,
  account: core.ServiceAccount,
  parent: pulumi.Resource,
): pulumi.Resource[] {
  if (rights === undefined) return [];
  const metadata = { name: jobName, namespace };
  const role = new rbac.Role(`${name}-restorer`, { metadata, rules: [...rights] }, { parent });
  const roleRef = { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: role.metadata.name };
  const subjects = [{ kind: "ServiceAccount", name: account.metadata.name, namespace: account.metadata.namespace }];
  return [new rbac.RoleBinding(`${name}-restorer`, { metadata, roleRef, subjects }, { parent })];
}

function agentDrill(args: DrillTerms, { targets }: PlannedAsset, everySeconds: number | null): AgentDrill {
  return {
    checks: args.checks,
    command: args.judge,
    namespaces: args.namespaces,
    rtoSeconds: targets.rtoSeconds ?? undefined,
    rpoSeconds: targets.rpoSeconds ?? undefined,
    everySeconds: everySeconds ?? undefined,
  };
}

const id = "restore-drill";
const archiveKind: DrilledArchive["kind"] = "postgres-wal";

/** Problems of the terms for an archive, and of settings that mean nothing to pgBackRest. */
export function archiveDrillIssues(terms: DrillTerms & Pick<BackupJobArgs, "proxy">, prefix: string): Issue[] {
  const rule = "be left out for postgres-wal (pgBackRest knows no proxy)";
  return [
    ...drillTermsIssues(terms, archiveKind, false, prefix),
    ...(terms.proxy === undefined
      ? []
      : [problem(id, `${prefix}proxy`, rule, terms.proxy, "reach the stores directly")]),
  ];
}

/** Problems of the terms, for an asset of this kind; `judged`: only a program of the user's can tell. */
export function drillTermsIssues(
  terms: DrillTerms,
  kind: string | undefined,
  judged: boolean,
  prefix: string,
): Issue[] {
  const issues: Issue[] = [];
  const given = terms as { readonly [Key in keyof DrillTerms]?: unknown };
  const secret = given.identitySecret as { readonly name?: unknown } | undefined;
  if (kind === archiveKind) {
    const rule = "be left out for postgres-wal (its passphrase opens it)";
    if (secret !== undefined) issues.push(problem(id, `${prefix}identitySecret`, rule, secret, "give cipherSecret"));
  } else if (secret?.name === undefined || secret.name === "") {
    const advice = "create it from the file that age-keygen wrote, in the drill's namespace";
    issues.push(
      problem(id, `${prefix}identitySecret`, "name a Secret with an age identity (age)", secret?.name, advice),
    );
  }
  const picks = ["newest", "random", "oldest"];
  if (given.pick !== undefined && !picks.some((each) => each === given.pick))
    issues.push(
      problem(id, `${prefix}pick`, `be one of ${picks.join(", ")} (the agent)`, given.pick, "write one of them"),
    );
  if ((terms.checks ?? []).length > 0 && kind !== "postgres" && kind !== archiveKind) {
    const rule = "be left out for other kinds than postgres (they are SQL)";
    issues.push(problem(id, `${prefix}checks`, rule, kind, "their counts are compared anyway"));
  }
  if (judged && given.judge === undefined) {
    const rule = "be a program that tells whether the output is right (only you know)";
    issues.push(problem(id, `${prefix}judge`, rule, given.judge, "it gets the output on stdin; exit code 0 says yes"));
  }
  const objects = kind === "kubernetes-objects";
  if (!judged && !objects && given.judge !== undefined) {
    const rule = "be left out unless the asset is a command's output or objects (the agent judges the others)";
    issues.push(problem(id, `${prefix}judge`, rule, given.judge, "remove it"));
  }
  return [...issues, ...(objects ? intoNamespaceIssues(terms, prefix) : noNamespaceIssues(given.namespaces, prefix))];
}

/** Objects are restored from namespaces into one. */
function intoNamespaceIssues(terms: DrillTerms & { readonly namespace?: unknown }, prefix: string): Issue[] {
  const { namespace, namespaces } = terms;
  const rule = "be given for kubernetes-objects (they are restored into it)";
  const advice = "make a DrillNamespace, and give its namespaceName";
  const missing = namespace === undefined ? [problem(id, `${prefix}namespace`, rule, namespace, advice)] : [];
  const given: readonly unknown[] = Array.isArray(namespaces)
    ? namespaces
    : namespaces === undefined
      ? []
      : [namespaces];
  const wrong = given.filter((name) => typeof name !== "string" || !/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(name));
  return [
    ...missing,
    ...wrong.map((name) =>
      problem(id, `${prefix}namespaces`, "name namespaces (Kubernetes)", name, "write those of the backup"),
    ),
  ];
}

function noNamespaceIssues(namespaces: unknown, prefix: string): Issue[] {
  const rule = "be left out for other kinds than kubernetes-objects (they have none)";
  return namespaces === undefined ? [] : [problem(id, `${prefix}namespaces`, rule, namespaces, "remove it")];
}
