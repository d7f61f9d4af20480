// One declaration: what a strategy makes, refuses and reports. Does not prove that a backup can be restored.
import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { BackupBucket } from "../../components/aws/index.js";
import { BackupStrategy, type BackupStrategyArgs, defineEnvironment } from "../../components/index.js";
import * as kubernetes from "../../components/kubernetes/index.js";
import { keys } from "../support/keys.js";
import { record } from "../support/recorder.js";

const database = { host: "db.example.com", database: "orders" };

describe("BackupStrategy", () => {
  it("places copies in the first distinct locations and shares one agent per namespace", async () => {
    let strategy: BackupStrategy | undefined;
    const all = await record(() => {
      const environment = "production";
      const near = new kubernetes.FolderStore("near", { environment, size: "1Gi", namespace: "shop" });
      const primary = new BackupBucket("primary", { environment, region: "eu-west-1" });
      const offsite = new BackupBucket("offsite", { environment, region: "eu-central-1" });
      strategy = new BackupStrategy("platform", {
        environment,
        stores: { primary, offsite, near },
        keys,
        assets: {
          orders: kubernetes.postgres({ ...database, namespace: "shop" }),
          ledger: kubernetes.postgres({ ...database, database: "ledger", namespace: "shop" }),
          state: kubernetes.objects({ namespace: "shop", namespaces: ["shop"] }),
        },
        unprotected: { sessions: "users log in again" },
      });
    });
    const bundles = all.filter(({ type }) => type === "backup-tiers:kubernetes:AgentBundle").map(({ name }) => name);
    assert.deepEqual(bundles, ["platform-agent-s3-shop"]);
    assert.deepEqual(
      strategy!.plan.assets.map(({ name, copies }) => [name, copies.map(({ location }) => location)]),
      [
        ["orders", ["aws/default/eu-west-1", "aws/default/eu-central-1", "kubernetes/default/cluster"]],
        ["ledger", ["aws/default/eu-west-1", "aws/default/eu-central-1", "kubernetes/default/cluster"]],
        ["state", ["aws/default/eu-west-1", "aws/default/eu-central-1"]],
      ],
    );
    assert.deepEqual(
      strategy!.coverage.assets.map(({ name, state }) => [name, state]),
      [
        ["orders", "partly"],
        ["ledger", "partly"],
        ["state", "protected"],
      ],
    );
    assert.equal(strategy!.coverage.protectedShare, 0.25);
  });

  it("names the children after itself and their assets", async () => {
    const all = await record(() => {
      const near = new kubernetes.FolderStore("near", { environment: "development", size: "1Gi" });
      new BackupStrategy("platform", {
        environment: "development",
        stores: { near },
        keys,
        assets: { orders: kubernetes.postgres(database) },
      });
    });
    const below = all.filter(({ parent }) => parent.includes("BackupStrategy"));
    assert.ok(below.length > 0);
    assert.deepEqual(
      below.filter(({ name }) => !name.startsWith("platform-")),
      [],
    );
  });

  it("refuses an asset whose retention no rule of its bucket expires, and takes it with the rule", async () => {
    const declare = (expireAfterDays: number[]) =>
      record(() => {
        const bucket = new BackupBucket("b", { environment: "development", region: "eu-west-1", expireAfterDays });
        new BackupStrategy("s", {
          environment: "development",
          stores: { bucket },
          keys,
          assets: { orders: kubernetes.postgres({ ...database, protection: { retention: { daily: "45 days" } } }) },
        });
      });
    await assert.rejects(
      declare([]),
      /stores\.bucket must have a rule that deletes artefacts of "orders" after 45 days .*expireAfterDays: \[45\]/,
    );
    await declare([45]);
    const environment = defineEnvironment({
      name: "archive",
      extends: "development",
      protection: { postgres: { retention: { daily: "45 days" } } },
    });
    await record(() => {
      const bucket = new BackupBucket("b", { environment, region: "eu-west-1" });
      new BackupStrategy("s", {
        environment,
        stores: { bucket },
        keys,
        assets: { orders: kubernetes.postgres(database) },
      });
    });
  });

  it("reports every problem of a declaration in one error, before any child is registered", async () => {
    const one = { period: "60 days" };
    const wrong = () => {
      const bucket = new BackupBucket("b", { environment: "production", region: "eu-west-1" });
      const twin = new BackupBucket("c", { environment: "production", region: "eu-west-1" });
      new BackupStrategy("platform", {
        environment: "production",
        stores: { bucket, twin },
        keys,
        assts: {},
        assets: {
          orders: kubernetes.postgres({
            ...database,
            protection: { frequency: "1 dya", copies: 2 },
            datbase: "x",
          } as never),
          never: kubernetes.postgres({
            ...database,
            protection: { copies: 1, frequency: { cron: "0 0 30 2 *" } },
          }),
          locked: kubernetes.postgres({
            ...database,
            protection: { copies: 1, retention: { daily: "7 days" }, lock: one },
          } as never),
          lost: "not an asset",
        },
        unprotected: { sessions: "" },
      } as unknown as BackupStrategyArgs);
    };
    let registered: string[] = [];
    await assert.rejects(
      record(wrong).catch((error: unknown) => {
        throw error;
      }),
      (error: pulumi.ResourceError) => {
        registered = error.message.split("\n");
        assert.ok(pulumi.ResourceError.isInstance(error) && error.hideStack === true);
        for (const part of [
          /^BackupStrategy "platform" has \d+ problems:/,
          /args\.assts .* write assets/,
          /assets\.orders\.protection\.frequency must .*"1 dya"/,
          /assets\.orders\.datbase .* write database/,
          /assets\.never\.protection\.frequency must /,
          /assets\.lost must be an asset/,
          /assets\.locked\.protection\.lock.* must .*60 days/,
          /assets\.orders\.protection\.copies must lie in 2 distinct locations/,
          /unprotected\.sessions must /,
        ])
          assert.match(error.message, part);
        return true;
      },
    );
    assert.ok(registered.every((line) => !line.includes("    at ")));
  });
});
