import * as pulumi from "@pulumi/pulumi";
import type { AssetKind, Frequency, Issue, PlannedAsset } from "../model/index.js";
import { problem } from "../shared/problem.js";
import { throwOnErrors } from "../shared/problems.js";
import { nodeUser } from "./agent-pod.js";
import { agentBundle, exitCodes, provisionCronJob, serviceAccount } from "./backup-cron-job.js";
import { type BackupJobArgs, type ResolvedBackupJob, resolveBackupJob } from "./backup-job.js";
import type { DataAccess } from "./data-access.js";
import { cadenceOf, storedDeclaration } from "./stored-asset.js";

/** What is checked of an asset's artefacts, and when. */
export interface CheckTerms {
  /** How often. @default "1 hour" for what is backed up more than once a day, else "1 day" */
  readonly every?: Frequency;
  /**
   * Artefacts that are read to their last byte in every store: their hashes are compared. Costs the store's traffic.
   * @default "none"
   */
  readonly reads?: "none" | "newest" | "all";
  /**
   * The newest passed drill must not be older than twice this.
   * @default - drills are not checked
   */
  readonly drillsEvery?: Frequency;
}

/** Arguments of {@link BackupCheck}. */
export interface BackupCheckArgs extends BackupJobArgs, CheckTerms {
  /** Name of the asset whose artefacts are checked, as it stands in the object names. */
  readonly asset: string;
  /** Kind of the asset, a row of the matrix; decides age, retention and lock. */
  readonly kind: AssetKind;
  /**
   * The asset is a `PostgresWal`: it has no artefacts, and its drills are what is checked, so that `drillsEvery` is needed.
   * @default false
   */
  readonly archive?: boolean;
}

/** Keys of {@link CheckTerms}, for refusing misspelt ones at run time. */
export const checkTermsKeys = ["every", "reads", "drillsEvery"] as const satisfies readonly (keyof CheckTerms)[];

/**
 * Checks what the stores hold of one asset: the newest artefact's age against the schedule, signatures, the chain of
 * manifests, every object with its length and lock in every store, the size against its own history, and the age of the
 * newest drill. Needs to read the stores, no more: give it stores with a reader's credentials and `keys.publicKeys`, and
 * it needs no secret of the backup's. Its Job fails on the first finding; alert on that.
 *
 * @example
 * new BackupCheck("orders-check", {
 *   environment: "production", asset: "orders", kind: "postgres", stores: [primary, offsite], keys,
 * });
 */
export class BackupCheck extends pulumi.ComponentResource {
  /** Type of the component in states and policies. */
  static readonly type = "backup-tiers:kubernetes:BackupCheck";

  /** Name of the CronJob, for `kubectl create job --from=cronjob/<name>`; empty where the environment makes no backup. */
  readonly cronJobName: pulumi.Output<string>;

  constructor(name: string, args: BackupCheckArgs, opts?: pulumi.ComponentResourceOptions);
  /** @internal */
  constructor(name: string, args: BackupCheckArgs, opts?: pulumi.ComponentResourceOptions, planned?: PlannedAsset);
  constructor(name: string, args: BackupCheckArgs, opts?: pulumi.ComponentResourceOptions, planned?: PlannedAsset) {
    super(BackupCheck.type, name, {}, opts);
    const job = resolveBackupJob(
      {
        component: "kubernetes.BackupCheck",
        name,
        args,
        declaration: storedDeclaration(args.kind, args),
        ownKeys: [...checkTermsKeys, "kind", "archive"],
        ownIssues: [...checkTermsIssues(args, ""), ...(args.archive === true ? archiveCheckIssues(args, "") : [])],
        onlyVerifies: true,
        planned,
      },
      this,
    );

    throwOnErrors("kubernetes.BackupCheck", name, verifyingIssues(args, job), this);
    this.cronJobName = pulumi.output("");
    if (job.planned.frequency !== "none") this.cronJobName = provisionCheck(name, args, job, this);
    this.registerOutputs({ cronJobName: this.cronJobName });
  }
}

/** A check reaches nothing but the stores; the agent asks a source of its configuration all the same. */
const noData: DataAccess = { source: { kind: "files", path: "/" }, secretFiles: [], ports: [], user: nodeUser };

/** The same of an archive, of which it asks the drills alone. */
const noArchive: DataAccess = {
  ...noData,
  source: { kind: "pgbackrest", stanza: "any", repositories: ["any"], windowSeconds: 86_400 },
};

const day = 86_400;
const reading = { none: [], newest: ["--deep"], all: ["--deep", "--all"] } as const;

function provisionCheck(
  name: string,
  args: BackupCheckArgs,
  job: ResolvedBackupJob,
  parent: pulumi.Resource,
): pulumi.Output<string> {
  const { asset, reads = "none", drillsEvery } = args;
  const every = args.every ?? ((job.planned.longestGapSeconds ?? day) < day ? "1 hour" : "1 day");
  const { resolved } = cadenceOf(every, `${asset} check`);
  const everySeconds = drillsEvery && cadenceOf(drillsEvery, asset).resolved?.longestGapSeconds;
  const check = {
    args,
    job,
    access: args.archive === true ? noArchive : noData,
    agent: agentBundle(name, args, job, parent),
    serviceAccount: serviceAccount(name, args, job, parent, "check"),
    task: {
      purpose: "check",
      command: ["check", ...reading[reads]],
      schedule: resolved?.schedule ?? job.planned.schedule,
      longestGapSeconds: resolved?.longestGapSeconds ?? null,
      finalExitCodes: [exitCodes.usage, exitCodes.content],
      secretFiles: [],
      onlyVerifies: true,
      readOnlyStores: true,
      drill: typeof everySeconds === "number" ? { everySeconds } : undefined,
    },
  } as const;
  return provisionCronJob(name, check, parent, false);
}

/** An unsigned artefact does not count where the environment signs: something must tell the right signatures. */
function verifyingIssues({ keys }: BackupCheckArgs, { planned, environment }: ResolvedBackupJob): Issue[] {
  const known = (keys.publicKeys ?? []).length > 0 || keys.signingKeySecret !== undefined;
  if (known || !planned.signed) return [];
  const rule = `hold the keys that sign in ${environment.name} (an unsigned artefact does not count)`;
  return [problem("check-verifies", "keys.publicKeys", rule, undefined, "give the second line of minisign.pub")];
}

/** Problems of the terms for an archive. */
export function archiveCheckIssues({ reads, drillsEvery }: CheckTerms, prefix: string): Issue[] {
  const id = "backup-check";
  const needed = "be given for an archive (its drills are what is checked)";
  const needless = "be left out for an archive (it has no artefacts)";
  return [
    ...(drillsEvery === undefined
      ? [problem(id, `${prefix}drillsEvery`, needed, drillsEvery, 'write for example "1 week"')]
      : []),
    ...(reads === undefined ? [] : [problem(id, `${prefix}reads`, needless, reads, "remove it")]),
  ];
}

/** Problems of the terms. */
export function checkTermsIssues(terms: CheckTerms, prefix: string): Issue[] {
  const { every, reads, drillsEvery } = terms;
  return [
    ...(every === undefined ? [] : cadenceOf(every, "check", `${prefix}every`).issues),
    ...(drillsEvery === undefined ? [] : cadenceOf(drillsEvery, "drill", `${prefix}drillsEvery`).issues),
    ...(reads === undefined || Object.keys(reading).includes(reads)
      ? []
      : [
          problem(
            "backup-check",
            `${prefix}reads`,
            "be one of none, newest, all (the agent)",
            reads,
            "write one of them",
          ),
        ]),
  ];
}
