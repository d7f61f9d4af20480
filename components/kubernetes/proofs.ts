import type * as pulumi from "@pulumi/pulumi";
import { type Issue, parseDuration, type PlannedAsset, unknownKeys } from "../model/index.js";
import { companionRow } from "../shared/asset.js";
import { problem } from "../shared/problem.js";
import type { BackupStore } from "../shared/store.js";
import { BackupCheck, type CheckTerms, checkTermsIssues, checkTermsKeys } from "./backup-check.js";
import type { BackupJobArgs } from "./backup-job.js";
import { claimNamespaceIssues } from "./claim-namespace.js";
import type { DataAccess, DataKind } from "./data-access.js";
import { rehearsalOf } from "./drilled-data.js";
import { proxyIssues } from "./http-proxy.js";
import { type PodSettings, podSettingsKeys } from "./pod-settings.js";
import { objectNameIssues } from "./text-rules.js";
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

/** Keys of {@link ProofSettings}, for refusing misspelt ones at run time. */
export const proofSettingsKeys = [
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
    issues.push(...objectNameIssues(`${path}.check.namespace`, check.namespace));
    issues.push(...proxyIssues(check, `${path}.check.`), ...checkTermsIssues(check, `${path}.check.`));
  }
  if (drill !== undefined) {
    issues.push(...unknownKeys(drill, [...proofSettingsKeys, ...drillTermsKeys], `${path}.drill`));
    issues.push(...objectNameIssues(`${path}.drill.namespace`, drill.namespace));
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
  proofs: { readonly check?: ProofSettings; readonly drill?: ProofSettings },
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
  const cadences = drill === undefined ? [] : planned.restoreTests.map(({ every }) => every);
  const [drillsEvery] = cadences.sort((one, other) => parseDuration(one) - parseDuration(other));
  const prove = (prefix: string, own: Settings, row: PlannedAsset, rehearsal: () => DataAccess): void => {
    const asset = row.name;
    if (drill !== undefined)
      for (const { kind: test, every } of row.restoreTests)
        new RestoreDrill(`${prefix}-${test}-drill`, { ...proofJob(own, drill, jobFor), asset, every }, options, {
          planned: row,
          access: rehearsal(),
        });
    if (check === undefined) return;
    const args = { ...proofJob(own, check, jobFor), asset, kind: row.kind };
    new BackupCheck(`${prefix}-check`, { drillsEvery, ...args }, options, row);
  };
  prove(name, settings, planned, () => rehearsalOf(kind, data));
  for (const companion of kind.companions?.(data) ?? []) {
    // The asset's programs are of no use to them.
    const own = { ...settings, images: { node: settings.images?.node } };
    prove(`${name}-${companion.role}`, own, companionRow(planned, companion), () => companion.rehearsal);
  }
}

/**
 * The backup's settings under the proof's own, without the backup's name, over the stores that are read.
 *
 * @internal
 */
export function proofJob<Own extends ProofSettings>(
  settings: Settings,
  { stores: names, ...own }: Own,
  jobFor: ProofsOfAsset<unknown>["jobFor"],
): BackupJobArgs & Omit<Own, "stores"> {
  const job = jobFor({ ...settings, jobName: undefined, ...own });
  const stores = job.stores as Readonly<Record<string, BackupStore>>;
  const chosen = Object.entries(stores).filter(([name]) => names?.includes(name) !== false);
  return { ...own, ...job, stores: Object.fromEntries(chosen) };
}
