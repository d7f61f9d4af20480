import { type BuiltInEnvironmentName, defineEnvironment, type Environment } from "pulumi-backup-tiers";

/** One column of the guide's table "Backup Schedule", and the size of its backup storage. */
function documented(
  name: BuiltInEnvironmentName,
  database: string,
  databaseClass: "hourly" | "daily",
  retention: "7 days" | "14 days",
) {
  const once = { copies: 1, lock: "none", restoreTests: [] } as const;
  return defineEnvironment({
    name,
    extends: name,
    protection: {
      postgres: {
        ...once,
        frequency: { cron: database },
        retention: { [databaseClass]: retention },
        targets: { rto: "1 hour", rpo: name === "production" ? "6 hours" : "1 day" },
      },
      "kubernetes-objects": { ...once, frequency: { cron: "0 3 * * *" }, retention: { daily: retention } },
    },
  });
}

/** The guide's matrix: a named one, in place of the library's defaults. */
export const environments: readonly Environment[] = [
  documented("development", "0 2 * * *", "daily", "7 days"),
  documented("staging", "0 2 * * *", "daily", "14 days"),
  documented("production", "0 */6 * * *", "hourly", "14 days"),
];

/** Capacity of the backup volume. */
export const storage: Readonly<Record<BuiltInEnvironmentName, string>> = {
  development: "10Gi",
  staging: "25Gi",
  production: "50Gi",
};
