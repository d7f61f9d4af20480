import type * as pulumi from "@pulumi/pulumi";
import { type Issue, parseDuration, type PlannedAsset, unknownKeys } from "../model/index.js";
import { problem } from "../shared/problem.js";
import type { BackupStore } from "../shared/store.js";
import { BackupCheck, type CheckTerms, checkTermsIssues, checkTermsKeys } from "./backup-check.js";
import type { BackupJobArgs } from "./backup-job.js";
import { claimNamespaceIssues } from "./claim-namespace.js";
import type { DataKind } from "./data-access.js";
import { rehearsalOf } from "./drilled-data.js";
import { proxyIssues } from "./http-proxy.js";
import { type PodSettings, podSettingsKeys } from "./pod-settings.js";
import { type DrillTerms, drillTermsIssues, drillTermsKeys, RestoreDrill } from "./restore-drill.js";

/** Where and how a proof of a strategy's asset runs; what is left out is as for the asset's backup. */
export interface ProofSettings extends PodSettings {
  /** Namespace of the proof and of its Secrets. @default - the backup's */
  readonly namespace?: pulumi.Input<string>;
  /** Names of the asset's stores that are read. @default - all of them */
  readonly stores?: readonly string[];
}

/** How an asset of a strategy is checked. */
export interface CheckSettings extends ProofSettings, CheckTerms {}

/** How restores of an asset of a strategy are rehearsed. */
export interface DrillSettings extends ProofSettings, DrillTerms {}

interface Proofs {
  readonly check?: CheckSettings;
  readonly drill?: DrillSettings;
}

const proofSettingsKeys = [
  ...podSettingsKeys,
  "namespace",
  "stores",
] as const satisfies readonly (keyof ProofSettings)[];

/**
 * Problems of the proofs of an asset of this kind.
 *
 * @internal
 */
export function proofIssues({ check, drill }: Proofs, kind: string, judged: boolean, path: string): Issue[] {
  const issues: Issue[] = [];
  if (check !== undefined) {
    issues.push(...unknownKeys(check, [...proofSettingsKeys, ...checkTermsKeys], `${path}.check`));
    issues.push(...proxyIssues(check, `${path}.check.`), ...checkTermsIssues(check, `${path}.check.`));
  }
  if (drill !== undefined) {
    issues.push(...unknownKeys(drill, [...proofSettingsKeys, ...drillTermsKeys], `${path}.drill`));
    issues.push(...proxyIssues(drill, `${path}.drill.`), ...drillTermsIssues(drill, kind, judged, `${path}.drill.`));
  }
  return issues;
}

/**
 * Problems of the proofs with the stores of an asset, whose backup runs in this namespace.
 *
 * @internal
 */
export function proofStoreIssues(
  proofs: Proofs,
  backupNamespace: pulumi.Input<string> | undefined,
  stores: Readonly<Record<string, BackupStore>>,
  path: string,
): Issue[] {
  return Object.entries(proofs).flatMap(([proof, settings]: [string, ProofSettings | undefined]) => {
    if (settings === undefined) return [];
    const { stores: names = Object.keys(stores), namespace = backupNamespace } = settings;
    const at = `${path}.${proof}.stores`;
    const unknown = names.filter((name) => stores[name] === undefined);
    const read = Object.fromEntries(Object.entries(stores).filter(([name]) => names.includes(name)));
    const known = Object.keys(stores).join(", ");
    const rule = "name stores of the asset (the plan)";
    return [
      ...unknown.map((name) => problem("proof-store", at, rule, name, `use ${known}`)),
      // What the backup cannot mount either is told once, of the backup.
      ...(namespace === backupNamespace ? [] : claimNamespaceIssues(read, namespace, (store) => `${at}.${store}`)),
    ];
  });
}

type Settings = Omit<BackupJobArgs, "environment" | "stores" | "keys" | "agent"> & {
  readonly stores?: readonly string[];
};

interface ProofsOfAsset<Data> {
  readonly proofs: Proofs;
  /** Settings of the asset's backup. */
  readonly settings: Settings;
  readonly kind: DataKind<Data>;
  readonly data: Data;
  readonly planned: PlannedAsset;
  /** Completes settings with what the strategy shares. */
  readonly jobFor: (settings: Settings) => BackupJobArgs;
}

/**
 * Provisions the proofs that were asked for: a check, and a drill for each test of the plan that is a restore.
 *
 * @internal
 */
export function provisionProofs<Data>(
  name: string,
  { proofs: { check, drill }, settings, kind, data, planned, jobFor }: ProofsOfAsset<Data>,
  options: pulumi.ComponentResourceOptions,
): void {
  const asset = planned.name;
  if (drill !== undefined)
    for (const { kind: test, every } of planned.restoreTests)
      new RestoreDrill(`${name}-${test}-drill`, { ...proofJob(settings, drill, jobFor), asset, every }, options, {
        planned,
        access: rehearsalOf(kind, data),
      });
  if (check === undefined) return;
  const cadences = drill === undefined ? [] : planned.restoreTests.map(({ every }) => every);
  const [drillsEvery] = cadences.sort((one, other) => parseDuration(one) - parseDuration(other));
  const args = { ...proofJob(settings, check, jobFor), asset, kind: planned.kind };
  new BackupCheck(`${name}-check`, { drillsEvery, ...args }, options, planned);
}

/** The backup's settings under the proof's own, without the backup's name, over the stores that are read. */
function proofJob<Own extends ProofSettings>(
  settings: Settings,
  { stores: names, ...own }: Own,
  jobFor: ProofsOfAsset<unknown>["jobFor"],
): BackupJobArgs & Omit<Own, "stores"> {
  const job = jobFor({ ...settings, jobName: undefined, ...own });
  const stores = job.stores as Readonly<Record<string, BackupStore>>;
  const chosen = Object.entries(stores).filter(([name]) => names?.includes(name) !== false);
  return { ...own, ...job, stores: Object.fromEntries(chosen) };
}
