import * as pulumi from "@pulumi/pulumi";

const asset = {
  name: "orders",
  kind: "postgres",
  mechanisms: ["pg_dump"],
  frequency: "1 day",
  retention: { daily: 7, pitrDays: 2 },
  copies: [
    { store: "primary", location: "a" },
    { store: "offsite", location: "b" },
  ],
  lock: { mode: "governance", days: { daily: 30 } },
  signed: true,
  restoreTests: [{ kind: "smoke", every: "1 day" }],
};
const uploads = {
  ...asset,
  name: "uploads",
  kind: "object-store",
  frequency: "continuous",
  retention: { daily: "forever" },
  copies: [{ store: "primary", location: "a" }],
  lock: null,
  signed: false,
  restoreTests: [],
};

class Planned extends pulumi.ComponentResource {
  constructor(type: string, name: string, plan: unknown, opts?: pulumi.ComponentResourceOptions) {
    super(type, name, {}, opts);
    this.registerOutputs({ plan });
  }
}

const environment = pulumi.getStack();
const strategy = new Planned("backup-tiers:index:BackupStrategy", "strategy", {
  environment,
  assets: [asset],
  unprotected: [{ name: "sessions", reason: "rebuilt at login" }],
  issues: [{ id: "copies", level: "error", path: "assets.orders", message: "assets.orders must have 3 copies" }],
});
// Below the strategy, which speaks for it.
new Planned(
  "backup-tiers:kubernetes:PostgresBackup",
  "inner",
  { environment, assets: [asset], unprotected: [], issues: [] },
  { parent: strategy },
);
new Planned("pulumi-backup-tiers:aws:Other", "other", { environment, assets: [uploads], unprotected: [], issues: [] });
// Somebody else's plan.
new Planned("other:index:Thing", "foreign", { environment, assets: [asset], unprotected: [], issues: [] });
