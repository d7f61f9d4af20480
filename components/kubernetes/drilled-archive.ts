import * as core from "@pulumi/kubernetes/core/v1";
import type { Input, Resource } from "@pulumi/pulumi";
import { type AssetDeclaration, type DurationText, type Issue, parseDuration, unknownKeys } from "../model/index.js";
import { drillsOwnSettings, settingName } from "../model/drill-settings.js";
import { missingArguments, resolveStores } from "../shared/arguments.js";
import type { SecretKeyReference } from "../shared/input.js";
import { cronJobNameLength, kubernetesName } from "../shared/names.js";
import { problem } from "../shared/problem.js";
import { purposeLabels } from "./backup-cron-job.js";
import type { BackupJobArgs, ResolvedBackupJob } from "./backup-job.js";
import type { DataAccess } from "./data-access.js";
import { configFolder, readingConfig } from "./pgbackrest-config.js";
import { secretVariables } from "./pgbackrest.js";
import { postgresDatabase } from "./postgres-database.js";
import { stanzaIssues, wholeDaysIssues } from "./postgres-wal-rules.js";

/** What a drill recovers of a `PostgresWal` by pgBackRest, as far as it must know: nothing of the real server. */
export interface DrilledArchive {
  /** Tells that it is an archive. */
  readonly kind: "postgres-wal";
  /** Name of the stanza. */
  readonly stanza: string;
  /** An image with `pgbackrest` and with PostgreSQL's server of the archived major version, 13 or newer. */
  readonly image: Input<string>;
  /** Secret in the namespace of the drill with the passphrase of the repositories; its `key` defaults to `"passphrase"`. */
  readonly cipherSecret: SecretKeyReference;
  /** Window in which any moment is promised, in whole days. */
  readonly window: DurationText;
  /** Superuser of the archived server. @default "postgres" */
  readonly user?: string;
  /** Database that checks ask which name none. @default "postgres" */
  readonly database?: string;
  /**
   * Settings of the drill's server, which takes none over from the archived one: `{ shared_preload_libraries: "timescaledb" }`.
   * @default {} - PostgreSQL's own
   */
  readonly settings?: Readonly<Record<string, string>>;
}

const keys = [
  "kind",
  "stanza",
  "image",
  "cipherSecret",
  "window",
  "user",
  "database",
  "settings",
] as const satisfies readonly (keyof DrilledArchive)[];

const id = "drilled-archive";
/** User of PostgreSQL in images that are made from the official one. */
const postgresUser = 999;

/** What the plan needs to know: whoever archives answers for copies, windows and tests. */
export function drilledArchiveDeclaration(archive: Partial<DrilledArchive>, args: BackupJobArgs): AssetDeclaration {
  // What is wrong with it is told once.
  const window = wholeDaysIssues("", archive.window).length === 0 ? archive.window : "1 day";
  const kept = { frequency: "1 day", retention: { daily: window, pitr: window }, lock: "none" } as const;
  return {
    kind: "postgres",
    mechanisms: ["pgbackrest"],
    protection: { ...kept, ...args.protection, copies: 1, restoreTests: [] },
    stores: Object.keys(resolveStores(args.stores).stores),
    providesPitr: true,
  };
}

/** Problems of the description. */
export function drilledArchiveIssues(archive: DrilledArchive, path: string): Issue[] {
  const given = archive as Partial<DrilledArchive>;
  const needed = {
    stanza: "name it",
    image: "name an image with pgBackRest and PostgreSQL",
    cipherSecret: "name a Secret with the passphrase",
    window: 'write for example "14 days"',
  };
  return [
    ...unknownKeys(archive, keys, path),
    ...missingArguments(archive, needed, `${path}.`),
    ...(given.stanza === undefined ? [] : stanzaIssues(`${path}.stanza`, given.stanza)),
    ...(given.window === undefined ? [] : wholeDaysIssues(`${path}.window`, given.window)),
    ...settingIssues(given.settings, `${path}.settings`),
  ];
}

/** Problems of settings of the drill's server. */
export function settingIssues(settings: unknown, path: string): Issue[] {
  if (settings === undefined) return [];
  if (typeof settings !== "object" || settings === null || Array.isArray(settings))
    return [problem(id, path, "be an object (PostgreSQL)", settings, "write { parameter: text }")];
  return Object.entries(settings).flatMap(([name, value]: [string, unknown]) => {
    const at = `${path}.${name}`;
    if (!settingName.test(name))
      return [problem(id, at, "be named as a parameter (PostgreSQL)", name, "write it in lower case")];
    if (drillsOwnSettings.test(name))
      return [problem(id, at, "be left out (the drill decides it)", value, "remove it")];
    return typeof value === "string" && value !== "" ? [] : [problem(id, at, "be text", value, "write it in quotes")];
  });
}

/**
 * The pod that recovers an archive: it reads the repositories, and reaches no server that exists.
 *
 * @internal
 */
export function archiveAccess(
  name: string,
  archive: DrilledArchive,
  args: BackupJobArgs,
  { environment, planned, stores, jobName }: ResolvedBackupJob,
  parent: Resource,
): DataAccess {
  const { stanza, user, database, settings } = archive;
  const seconds = parseDuration(archive.window);
  const places = Object.values(stores);
  const authorities = args.certificateAuthorities && `/authorities/${args.certificateAuthorities.key ?? "ca.crt"}`;
  const folder = `postgres-wal/${environment.name}/${planned.name}`;
  const labels = purposeLabels("drill", planned.name, args.labels);
  const configMap = new core.ConfigMap(
    `${name}-pgbackrest`,
    {
      metadata: { name: kubernetesName(`${jobName}-pgbackrest`, cronJobNameLength), namespace: args.namespace, labels },
      data: { "drill.conf": readingConfig(places, seconds / 86_400, folder, authorities) },
    },
    { parent },
  );
  const demands = postgresDatabase.rehearsal;
  return {
    source: {
      kind: "pgbackrest",
      stanza,
      repositories: Object.keys(stores),
      windowSeconds: seconds,
      user,
      database,
      settings,
    },
    secretFiles: [],
    ports: [],
    toolsImage: archive.image,
    user: postgresUser,
    demands: {
      ...demands,
      volumes: [
        ...(demands.volumes ?? []),
        {
          volume: { name: "pgbackrest", configMap: { name: configMap.metadata.name } },
          mount: { name: "pgbackrest", mountPath: configFolder, readOnly: true },
        },
      ],
      references: [
        { name: "PGBACKREST_CONFIG", value: `${configFolder}/drill.conf` },
        ...secretVariables(archive, places),
      ],
    },
  };
}
