import type { ComponentResourceOptions } from "@pulumi/pulumi";
import { type Issue, parseDuration, unknownKeys } from "../model/index.js";
import type { AssetContext } from "../shared/asset.js";
import type { SecretKeyReference } from "../shared/input.js";
import { problem } from "../shared/problem.js";
import { jobArgs } from "./asset-of.js";
import { BackupCheck, checkTermsIssues, checkTermsKeys } from "./backup-check.js";
import type { BackupJobArgs } from "./backup-job.js";
import { type DrilledArchive, settingIssues } from "./drilled-archive.js";
import { proxyIssues } from "./http-proxy.js";
import type { ArchivedPostgres } from "./postgres-wal-args.js";
import { type CheckSettings, type ProofSettings, proofJob, proofSettingsKeys } from "./proofs.js";
import { archiveDrillIssues, type DrillTerms, drillTermsKeys, RestoreDrill } from "./restore-drill.js";
import { objectNameIssues } from "./text-rules.js";

/** How recovery of an archive is rehearsed; only of what pgBackRest keeps. */
export interface ArchiveDrillSettings
  extends
    Omit<ProofSettings, "proxy">,
    Pick<DrillTerms, "pick" | "checks">,
    Pick<DrilledArchive, "database" | "settings"> {
  /** Secret in the namespace of the drill with the passphrase. @default - one of the name and key of `tool.cipherSecret` */
  readonly cipherSecret?: SecretKeyReference;
}

/** How an archive is proven. */
export interface ArchiveProofs {
  /**
   * Rehearse recovery to a moment, by a `RestoreDrill` for each `pitr`, `restore` and `smoke` test that the environment asks.
   * `images.tools` must hold PostgreSQL of the archived major version beside pgBackRest.
   * @default - no rehearsals: the plan says which are missing
   */
  readonly drill?: ArchiveDrillSettings;
  /** Check that the drills are made and passed, by a `BackupCheck`; only together with `drill`. @default - nothing checks them */
  readonly check?: Omit<CheckSettings, "reads">;
}

const archiveKeys = ["cipherSecret", "database", "settings"] as const;

/** Problems of the proofs of an archive by this tool. */
export function archiveProofIssues(
  { check, drill }: ArchiveProofs,
  tool: Partial<ArchivedPostgres["tool"]> | undefined,
  path: string,
): Issue[] {
  const issues: Issue[] = [];
  if (drill !== undefined) {
    const at = `${path}.drill`;
    issues.push(...unknownKeys(drill, [...proofSettingsKeys, ...drillTermsKeys, ...archiveKeys], at));
    issues.push(...objectNameIssues(`${at}.namespace`, drill.namespace), ...proxyIssues(drill, `${at}.`));
    issues.push(...archiveDrillIssues(drill, `${at}.`), ...settingIssues(drill.settings, `${at}.settings`));
    if (tool?.kind === "cloudnative-pg") {
      const rule = "be left out for cloudnative-pg (its operator alone restores)";
      const advice = "make a Cluster with cloudNativePgRecovery() by hand, ask it, and delete it";
      issues.push(problem("wal-drill", at, rule, drill, advice));
    }
  }
  if (check !== undefined) {
    const at = `${path}.check`;
    const keys = [...proofSettingsKeys, ...checkTermsKeys.filter((key) => key !== "reads")];
    issues.push(...unknownKeys(check, keys, at), ...objectNameIssues(`${at}.namespace`, check.namespace));
    issues.push(...proxyIssues(check, `${at}.`), ...checkTermsIssues(check, `${at}.`));
    if (drill === undefined && check.drillsEvery === undefined) {
      const rule = "come with drill (it looks at drills alone)";
      issues.push(problem("wal-check", at, rule, check, "give drill too, or leave it out"));
    }
  }
  return issues;
}

/** A drill for each test of the plan, and a check of them. */
export function provisionArchiveProofs(
  name: string,
  { check, drill }: ArchiveProofs,
  archived: ArchivedPostgres,
  context: AssetContext,
  options: ComponentResourceOptions,
): void {
  const { tool, window, namespace, labels, protection } = archived;
  if (tool.kind !== "pgbackrest") return;
  const { planned, environment } = context;
  // The tool signs nothing, but the records of drills are the agent's.
  const signs = environment.matrix[planned.kind]?.signed ?? environment.base !== "development";
  const row = { ...planned, signed: protection?.signed ?? signs };
  const settings = { ...tool.pod, namespace, labels };
  const jobFor = (own: Omit<BackupJobArgs, "environment" | "stores" | "keys" | "agent">): BackupJobArgs =>
    jobArgs({ ...own, stores: undefined }, context);
  const asset = planned.name;
  if (drill !== undefined) {
    const { cipherSecret = tool.cipherSecret, database, settings: server, images, ...terms } = drill;
    const { stanza, user } = tool;
    const image = images?.tools ?? tool.image;
    const data = {
      kind: "postgres-wal",
      stanza,
      image,
      cipherSecret,
      window,
      user,
      database,
      settings: server,
    } as const;
    for (const { kind, every } of planned.restoreTests)
      new RestoreDrill(
        `${name}-${kind}-drill`,
        { ...proofJob(settings, { ...terms, images }, jobFor), asset, every, data },
        options,
        { planned: row },
      );
  }
  const [drillsEvery] = planned.restoreTests
    .map(({ every }) => every)
    .sort((one, other) => parseDuration(one) - parseDuration(other));
  if (check !== undefined && (check.drillsEvery ?? drillsEvery) !== undefined)
    new BackupCheck(
      `${name}-check`,
      { drillsEvery, ...proofJob(settings, check, jobFor), asset, kind: planned.kind, archive: true },
      options,
      row,
    );
}
