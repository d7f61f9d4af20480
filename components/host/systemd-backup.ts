import { RunError } from "@pulumi/pulumi";
import {
  type AgentConfig,
  type AgentStore,
  type Issue,
  type Plan,
  plan,
  type PlannedAsset,
  type PostgresSource,
  type ProtectionOverride,
  renderIssues,
  type StoreDeclaration,
  unknownKeys,
} from "../model/index.js";
import { agentNodeOptions } from "../shared/agent-node.js";
import { type EnvironmentArgument, missingArguments, resolveEnvironment } from "../shared/arguments.js";
import { onCalendar } from "./on-calendar.js";

/** A store as a host reaches it. */
export interface HostStore {
  /** What the plan needs to know. */
  readonly declaration: StoreDeclaration;
  /** How the agent on the host reaches it; its `name` is the key under which it is given. */
  readonly agent: AgentStore;
}

/** Arguments of {@link systemdBackup}. */
export interface SystemdBackupArgs {
  /** Decides frequency, retention, copies and signing. */
  readonly environment: EnvironmentArgument;
  /** The database, as the host reaches it; passwords are files on the host. */
  readonly database: Omit<PostgresSource, "kind">;
  /** Stores of the copies, in order. */
  readonly stores: Readonly<Record<string, HostStore>>;
  /** age recipients, two or more. */
  readonly recipients: readonly string[];
  /** Path on the host of the minisign secret key; needed where the environment signs. */
  readonly signingKeyFile?: string;
  /** Parts of the environment's protection that this database overrides. */
  readonly protection?: ProtectionOverride;
  /** System user that runs the backup. @default "backup-tiers" */
  readonly user?: string;
  /** Path of the agent's bundle on the host. @default "/usr/local/lib/backup-tiers/agent.cjs" */
  readonly agentFile?: string;
}

/** The files of one backup on a host, by their paths, and what was decided. */
export interface SystemdBackup {
  /** Content by absolute path on the host. */
  readonly files: Readonly<Record<string, string>>;
  /** What was decided. */
  readonly plan: Plan;
}

const keys = [
  "environment",
  "database",
  "stores",
  "recipients",
  "signingKeyFile",
  "protection",
  "user",
  "agentFile",
] as const satisfies readonly (keyof SystemdBackupArgs)[];

/**
 * The backup of a database on a host without a cluster: a systemd service and timer that run the same agent, and its
 * configuration. It returns files, which your own means of provisioning puts there.
 *
 * @param name - name of the asset and of the units, 1 to 63 lower-case letters, digits and dashes
 * @throws RunError, without a stack trace, with every problem at once
 * @example
 * const { files } = systemdBackup("kc-booth", {
 *   environment: "production", protection: { copies: 1, lock: "none" },
 *   database: { host: "127.0.0.1", database: "kc-booth-db", user: "kc-booth-user", passwordFile: "/etc/kc-booth/db-password" },
 *   stores: { disk: { declaration: { location: { provider: "host", region: "booth-1" } }, agent: { kind: "folder", name: "disk", path: "/opt/backups" } } },
 *   recipients, signingKeyFile: "/etc/backup-tiers/minisign.key",
 * });
 */
export function systemdBackup(name: string, args: SystemdBackupArgs): SystemdBackup {
  const { environment, issues: environmentIssues } = resolveEnvironment(args.environment);
  const missing = missingArguments(args, {
    database: "describe the database that is backed up",
    stores: "without a store there is no backup",
    recipients: 'make a pair with "age-keygen" and give the lines that begin with age1',
  });
  const issues: Issue[] = [...unknownKeys(args, keys, "args"), ...environmentIssues, ...missing];
  const stores: SystemdBackupArgs["stores"] = missing.some((issue) => issue.path === "stores") ? {} : args.stores;
  const declared = plan(
    {
      assets: { [name]: { kind: "postgres", mechanisms: ["pg_dump"], protection: args.protection } },
      stores: Object.fromEntries(Object.entries(stores).map(([key, store]) => [key, store.declaration])),
    },
    environment,
  );
  issues.push(...declared.issues);
  const [planned] = declared.assets;
  if (planned === undefined) throw new Error(`the plan lost the asset "${name}"`);
  if (planned.signed && args.signingKeyFile === undefined) issues.push(signingKeyMissing(environment.name));
  if (issues.some((issue) => issue.level === "error"))
    throw new RunError(
      renderIssues(
        `host.systemdBackup "${name}"`,
        issues.filter((issue) => issue.level === "error"),
      ),
    );

  const configFile = `/etc/backup-tiers/${name}.json`;
  const unit = `/etc/systemd/system/backup-${name}`;
  return {
    files: {
      [configFile]: `${JSON.stringify(agentConfig(planned, environment.name, args), undefined, 2)}\n`,
      [`${unit}.service`]: service(name, configFile, args),
      ...(planned.schedule.cron === null ? {} : { [`${unit}.timer`]: timer(name, planned.schedule.cron, planned) }),
    },
    plan: { ...declared, issues },
  };
}

function agentConfig(planned: PlannedAsset, environment: string, args: SystemdBackupArgs): AgentConfig {
  const stores = planned.copies.flatMap(({ store }) => {
    const found = args.stores[store];
    return found === undefined ? [] : [{ ...found.agent, name: store }];
  });
  return {
    version: 1,
    environment,
    asset: planned.name,
    source: { kind: "postgres", ...args.database },
    stores,
    retention: planned.retentionSeconds,
    lock: planned.lock === null ? undefined : { mode: planned.lock.mode, seconds: planned.lock.seconds },
    recipients: args.recipients,
    signing: planned.signed ? { secretKeyFile: args.signingKeyFile, publicKeys: [] } : undefined,
    maxAgeSeconds: planned.maxAgeSeconds,
  };
}

/** The service runs with nothing but what it needs: its stores stay writable through `ReadWritePaths`. */
function service(name: string, configFile: string, args: SystemdBackupArgs): string {
  const folders = Object.values(args.stores).flatMap(({ agent }) => (agent.kind === "folder" ? [agent.path] : []));
  return unitFile({
    Unit: [`Description=Backup of ${name}`, "Wants=network-online.target", "After=network-online.target"],
    Service: [
      "Type=oneshot",
      `User=${args.user ?? "backup-tiers"}`,
      `ExecStart=/usr/bin/env node ${agentNodeOptions.join(" ")} ${args.agentFile ?? "/usr/local/lib/backup-tiers/agent.cjs"} backup --config ${configFile}`,
      "TimeoutStopSec=60",
      "NoNewPrivileges=yes",
      "PrivateTmp=yes",
      "ProtectSystem=strict",
      "ProtectHome=yes",
      "CapabilityBoundingSet=",
      ...folders.map((folder) => `ReadWritePaths=${folder}`),
    ],
  });
}

function timer(name: string, cron: string, planned: PlannedAsset): string {
  return unitFile({
    Unit: [`Description=Schedule of the backup of ${name}`],
    Timer: [
      ...onCalendar(cron, planned.schedule.timeZone).map((line) => `OnCalendar=${line}`),
      // A host that slept through a run makes it up.
      "Persistent=true",
    ],
    Install: ["WantedBy=timers.target"],
  });
}

function unitFile(sections: Readonly<Record<string, readonly string[]>>): string {
  return Object.entries(sections)
    .map(([section, lines]) => `[${section}]\n${lines.join("\n")}\n`)
    .join("\n");
}

function signingKeyMissing(environment: string): Issue {
  return {
    id: "signing-key-given",
    level: "error",
    path: "signingKeyFile",
    message: `signingKeyFile must be the path of a minisign secret key because ${environment} signs its manifests, got nothing; create it with "minisign -G -W" or set protection.signed to false`,
  };
}
