import { skippedDay } from "./gap.js";
import type { ReadAsset, ReadStore } from "./inventory-reader.js";
import { nearest } from "./nearest.js";
import type { PlannedSchedule } from "./schedule.js";
import type { Protection } from "./protection.js";
import { pitrSeconds } from "./protection-rules.js";
import type { Rule } from "./rule.js";
import { counted, listed } from "./show.js";

/** One asset with its resolved cell, its chosen copies and what its rules need to know beside them. */
export interface AssetFacts {
  readonly asset: ReadAsset;
  readonly protection: Protection;
  readonly schedule: PlannedSchedule;
  readonly copies: readonly ReadStore[];
  /** Names by location of all copies that could have been chosen. */
  readonly choices: ReadonlyMap<string, readonly string[]>;
  /** All stores of the inventory by name. */
  readonly stores: ReadonlyMap<string, ReadStore>;
  /** Locations of the copies of everything that is not secret material. */
  readonly dataLocations: ReadonlySet<string>;
  readonly environment: string;
  /** The default matrix too has no backup for this kind. */
  readonly noneByDefault: boolean;
}

const mechanismNamedRule: Rule<AssetFacts> = {
  id: "mechanism-named",
  appliesTo: "asset",
  level: "error",
  source: "something must make the backups",
  when: ({ asset, protection }) =>
    asset.mechanisms.length > 0 || protection.frequency === "none"
      ? []
      : [
          {
            path: `${asset.path}.mechanisms`,
            must: "name what makes the backups",
            got: "none",
            advice: 'write for example ["pg_dump"]',
          },
        ],
};

const storeExistsRule: Rule<AssetFacts> = {
  id: "store-exists",
  appliesTo: "asset",
  level: "error",
  source: "stores of the inventory",
  when: ({ asset, stores }) =>
    (asset.stores ?? []).flatMap((name, index) => {
      if (stores.has(name)) {
        return [];
      }
      const storeNames = [...stores.keys()];
      const near = nearest(name, storeNames);
      const list = storeNames.length === 0 ? "there is none yet" : `use ${storeNames.slice(0, 10).join(", ")}`;
      const advice = near === undefined ? `declare it under stores: ${list}` : `write ${near}`;
      return [{ path: `${asset.path}.stores[${index}]`, must: "name a store that is declared", got: name, advice }];
    }),
};

const copiesDistinctRule: Rule<AssetFacts> = {
  id: "copies-distinct",
  appliesTo: "asset",
  level: "error",
  source: "two copies in one place are lost together",
  when({ asset, protection, copies, choices }) {
    const distinct = new Set(copies.map(({ location }) => location)).size;
    if (protection.frequency === "none" || distinct >= protection.copies) {
      return [];
    }
    const shared = [...choices].filter(([, names]) => names.length > 1).slice(0, 3);
    const where = shared.map(([location, names]) => `${listed(names.slice(0, 5))} share ${location}`);
    const found = `${counted(distinct, "location", "locations")} for ${counted(protection.copies, "copy", "copies")}`;
    return [
      {
        path: `${asset.path}.${asset.stores === undefined ? "protection.copies" : "stores"}`,
        must: `lie in ${counted(protection.copies, "location", "distinct locations")}`,
        got: where.length === 0 ? found : `${found} (${where.join("; ")})`,
        advice: "add a store in another location or ask for fewer copies",
      },
    ];
  },
};

const lockStoreRule: Rule<AssetFacts> = {
  id: "lock-store",
  appliesTo: "asset",
  level: "warning",
  source: "a lock is kept by the store",
  when: ({ asset, protection, copies }) =>
    protection.lock === "none" || protection.frequency === "none" || copies.some(({ locks }) => locks)
      ? []
      : [
          {
            path: `${asset.path}.protection.lock`,
            must: "have a store that can lock",
            got: copies.length === 0 ? "no store" : listed(copies.map(({ store }) => store)),
            advice: 'add a store with locks: true or set lock: "none"',
          },
        ],
};

const ownLocationRule: Rule<AssetFacts> = {
  id: "own-location",
  appliesTo: "asset",
  level: "warning",
  source: "a copy beside the live data is lost with it",
  when({ asset, copies }) {
    const elsewhere = copies.some(({ location }) => location !== asset.liveLocation);
    return copies.length === 0 || asset.liveLocation === undefined || elsewhere
      ? []
      : [
          {
            path: `${asset.path}.location`,
            must: "differ from the location of at least one copy",
            got: `${listed(copies.map(({ store }) => store))} in ${asset.liveLocation}`,
            advice: "add a store elsewhere",
          },
        ];
  },
};

const pitrProvidedRule: Rule<AssetFacts> = {
  id: "pitr-provided",
  appliesTo: "asset",
  level: "warning",
  source: "the plan states what is provisioned",
  when: ({ asset, protection }) =>
    pitrSeconds(protection.retention) === null || protection.frequency === "none" || asset.providesPitr === true
      ? []
      : [
          {
            path: `${asset.path}.protection.retention.pitr`,
            must: "have a mechanism that can restore to any moment",
            got: mechanismsOf(asset),
            advice: 'add one (continuous archiving, a managed service) or set pitr: "none"',
          },
        ],
};

const restoreTestProvidedRule: Rule<AssetFacts> = {
  id: "restore-test-provided",
  appliesTo: "asset",
  level: "warning",
  source: "the plan states what is provisioned",
  when: ({ asset, protection }) =>
    protection.frequency === "none"
      ? []
      : protection.restoreTests
          .filter(({ kind }) => asset.providesRestoreTests?.includes(kind) !== true)
          .map(({ kind, every }) => ({
            path: `${asset.path}.protection.restoreTests`,
            must: `have a ${kind} test every ${every}`,
            got: `no ${kind} test from ${mechanismsOf(asset)}`,
            advice: asset.restoreTestAdvice ?? "add the drill or override restoreTests",
          })),
};

const noBackupRule: Rule<AssetFacts> = {
  id: "no-backup-in-environment",
  appliesTo: "asset",
  level: "warning",
  source: "protection matrix",
  when: ({ asset, protection, environment, noneByDefault }) =>
    protection.frequency !== "none" || noneByDefault
      ? []
      : [
          {
            path: asset.path,
            must: "have a backup or stand under unprotected",
            got: `frequency none in ${environment}`,
            advice: "give a frequency or say under unprotected why it needs none",
          },
        ],
};

const secretBesideDataRule: Rule<AssetFacts> = {
  id: "secret-beside-data",
  appliesTo: "asset",
  level: "warning",
  source: "who finds both reads all",
  when({ asset, copies, dataLocations }) {
    const beside = asset.kind === "secret-material" ? copies.filter(({ location }) => dataLocations.has(location)) : [];
    return beside.map(({ store, location }) => ({
      path: `${asset.path}.stores`,
      must: "lie in another location than any copy of data",
      got: `${store} in ${location}`,
      advice: "add a store in a location of its own and name it here",
    }));
  },
};

const skippedHourRule: Rule<AssetFacts> = {
  id: "skipped-hour",
  appliesTo: "asset",
  level: "warning",
  source: "Kubernetes does not run what summer time skips",
  when({ asset, schedule: { cron, timeZone } }) {
    const day = cron === null ? undefined : skippedDay(cron, timeZone);
    return cron === null || day === undefined
      ? []
      : [
          {
            path: `${asset.path}.protection.frequency`,
            must: "start at a time that every day has",
            got: `${cron} in ${timeZone}, which has no run on ${day}`,
            advice: "choose another hour or Etc/UTC",
          },
        ];
  },
};

/** Rules of one asset in one environment. */
export const assetRules: readonly Rule<AssetFacts>[] = [
  mechanismNamedRule,
  storeExistsRule,
  copiesDistinctRule,
  lockStoreRule,
  ownLocationRule,
  pitrProvidedRule,
  restoreTestProvidedRule,
  noBackupRule,
  secretBesideDataRule,
  skippedHourRule,
];

function mechanismsOf(asset: ReadAsset): string {
  return asset.mechanisms.length === 0 ? "no mechanism" : listed(asset.mechanisms);
}
