import {
  DurationError,
  type Environment,
  type Issue,
  nearest,
  parseCron,
  parseDuration,
  type PlannedAsset,
  unknownKeys,
} from "../model/index.js";
import { missingArguments } from "../shared/arguments.js";
import { problem } from "../shared/problem.js";
import type { BackupStore } from "../shared/store.js";
import {
  type ArchivedPostgres,
  archivedPostgresKeys,
  archivePodKeys,
  archivingToolKeys,
  type PgBackRestStanza,
} from "./postgres-wal-args.js";

const day = 86_400;
/** Repositories that one configuration of pgBackRest can have, by number; it knows up to 256, named stores are fewer. */
const repositoriesMax = 4;

/** Problems of what is archived, whatever the stores. `at` is what stands before every path. */
export function postgresWalIssues(
  args: ArchivedPostgres,
  environment: Environment,
  allowed: readonly string[],
  at = "",
): Issue[] {
  const issues = [
    ...unknownKeys(args, [...archivedPostgresKeys, ...allowed], at === "" ? "args" : at.slice(0, -1)),
    ...missingArguments(args, { tool: "say what archives", window: 'write for example "14 days"' }, at),
  ];
  if (issues.some(({ id }) => id === "argument-is-given")) return issues;
  return [...issues, ...windowIssues(args.window, environment, at), ...toolIssues(args.tool, at)];
}

/** Problems of the plan and of the stores. */
export function postgresWalStoreIssues(
  args: ArchivedPostgres,
  planned: PlannedAsset,
  stores: Readonly<Record<string, BackupStore>>,
  at = "",
): Issue[] {
  const names = Object.keys(stores);
  const most = args.tool.kind === "pgbackrest" ? repositoriesMax : 1;
  const issues: Issue[] = [];
  if (names.length > most)
    issues.push(
      problem(
        "wal-stores",
        `${at}stores`,
        `be at most ${most} (${args.tool.kind === "pgbackrest" ? "pgBackRest" : "CloudNativePG archives into one ObjectStore"})`,
        names,
        `set protection: { copies: ${most} }, and let the bucket replicate or add dumps for further copies`,
      ),
    );
  return [...issues, ...bucketIssues(stores, args.tool.kind, at), ...planIssues(args, planned, at)];
}

/** Problems of the stores of an archive, each for itself. */
export function bucketIssues(
  stores: Readonly<Record<string, BackupStore>>,
  tool: ArchivedPostgres["tool"]["kind"],
  at: string,
): Issue[] {
  const issues: Issue[] = [];
  for (const [name, { access }] of Object.entries(stores)) {
    if (access.kind !== "s3")
      issues.push(
        problem(
          "wal-store",
          `${at}stores.${name}`,
          "be a bucket of S3 or of a server that speaks it (kubernetes.PostgresWal writes no other configuration)",
          access.kind,
          "name another store",
        ),
      );
    else if (tool === "pgbackrest" && typeof access.endpoint === "string" && !access.endpoint.startsWith("https://"))
      issues.push(
        problem(
          "wal-endpoint",
          `${at}stores.${name}.endpoint`,
          "begin with https:// (pgBackRest)",
          access.endpoint,
          "give the server a certificate",
        ),
      );
  }
  return issues;
}

function planIssues({ tool }: ArchivedPostgres, planned: PlannedAsset, at: string): Issue[] {
  if (planned.frequency === "none") return [];
  const path = `${at}protection.frequency`;
  const issues: Issue[] = [];
  const { cron, timeZone } = planned.schedule;
  if (planned.lock !== null)
    issues.push(
      problem(
        "wal-lock",
        `${at}protection.lock`,
        'be "none" (neither tool locks what it writes, and both delete what has expired)',
        planned.lock.days,
        "lock dumps by kubernetes.PostgresBackup beside it",
      ),
    );
  if (cron === null) {
    issues.push(
      problem(
        "wal-schedule",
        path,
        "be a length of time or cron, for base backups",
        planned.frequency,
        'write "1 day"',
      ),
    );
    return issues;
  }
  if (tool.kind === "cloudnative-pg" && !["Etc/UTC", "UTC"].includes(timeZone))
    issues.push(
      problem("wal-schedule", path, "count in UTC (CloudNativePG knows no time zones)", timeZone, "convert it"),
    );
  const fields = parseCron(cron);
  if (tool.kind === "pgbackrest" && (fields.minutesOfDay.length > 1 || fields.days !== "* * *"))
    issues.push(
      problem(
        "wal-schedule",
        path,
        "start once every day (full and differential backups share the week)",
        cron,
        'write "1 day"; the log holds what is between',
      ),
    );
  return issues;
}

function windowIssues(window: unknown, environment: Environment, at: string): Issue[] {
  const path = `${at}window`;
  const issues = wholeDaysIssues(path, window);
  if (issues.length > 0) return issues;
  const seconds = secondsOf(window) ?? 0;
  const asked = environment.matrix["postgres"]?.retention.pitr;
  const least = asked === undefined || asked === "none" ? 0 : (secondsOf(asked) ?? 0);
  return seconds >= least
    ? []
    : [
        problem(
          "wal-window",
          path,
          `be at least ${asked ?? ""} (${environment.name})`,
          window,
          "keep more, or change the environment",
        ),
      ];
}

/** The issue of a window that is not a number of days. */
export function wholeDaysIssues(path: string, window: unknown): Issue[] {
  const seconds = secondsOf(window);
  if (seconds !== undefined && seconds >= day && seconds % day === 0) return [];
  return [problem("wal-window", path, "be whole days from 1", window, 'write for example "14 days"')];
}

function secondsOf(text: unknown): number | undefined {
  try {
    return typeof text === "string" ? parseDuration(text) : undefined;
  } catch (error) {
    if (error instanceof DurationError) return undefined;
    throw error;
  }
}

function toolIssues(tool: ArchivedPostgres["tool"], at: string): Issue[] {
  const path = `${at}tool`;
  const kinds = Object.keys(archivingToolKeys);
  const given: unknown = tool.kind;
  if (!kinds.includes(String(given)))
    return [
      problem(
        "wal-tool",
        `${path}.kind`,
        `be one of ${kinds.join(", ")}`,
        given,
        `write ${nearest(String(given), kinds) ?? "one of them"}`,
      ),
    ];
  const issues = unknownKeys(tool, archivingToolKeys[tool.kind], path);
  const number = (key: string, value: number | undefined, least: number, most: number) => {
    if (value === undefined || (Number.isInteger(value) && value >= least && value <= most)) return;
    const must = `be a whole number from ${least} to ${most}`;
    issues.push(problem("wal-number", `${path}.${key}`, must, value, "leave it out for the default"));
  };
  if (tool.kind === "cloudnative-pg") {
    issues.push(...missingArguments(tool, { cluster: "name the Cluster" }, `${path}.`));
    number("jobs", tool.jobs, 1, 64);
    return issues;
  }
  const needed = {
    stanza: "name it",
    host: "name the pod's Service",
    image: "name an image with pgBackRest",
    cipherSecret: "name a Secret with a passphrase",
    tls: "name a Secret with certificates",
  };
  issues.push(...missingArguments(tool, needed, `${path}.`));
  if (tool.pod !== undefined) issues.push(...unknownKeys(tool.pod, archivePodKeys, `${path}.pod`));
  number("port", tool.port, 1, 65_535);
  number("serverPort", tool.serverPort, 1, 65_535);
  number("fullOn", tool.fullOn, 0, 6);
  number("processes", tool.processes, 1, 999);
  number("archiveTimeoutSeconds", tool.archiveTimeoutSeconds, 1, 86_400);
  if ((tool as Partial<PgBackRestStanza>).stanza !== undefined)
    issues.push(...stanzaIssues(`${path}.stanza`, tool.stanza));
  return issues;
}

/** The issue of a stanza's name that is none. */
export function stanzaIssues(path: string, stanza: unknown): Issue[] {
  if (typeof stanza === "string" && /^[A-Za-z0-9][A-Za-z0-9_-]*$/.test(stanza)) return [];
  const must = "be letters, digits, dashes and underscores (pgBackRest)";
  return [problem("wal-stanza", path, must, stanza, "rename it")];
}
