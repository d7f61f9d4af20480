// What the transform does to the arguments of each type, and that it does it in a preview. Does not prove that a
// service accepts the result; that a live database survives the change is for its owner to see.
import assert from "node:assert/strict";
import fc from "fast-check";
import * as pulumi from "@pulumi/pulumi";
import { protectStack } from "../../components/aws/index.js";
import { strengthen } from "../../components/aws/stack-changes.js";
import { environment } from "../../components/index.js";

const production = environment("production");
const backupTags = { "backup-tiers": "production" };
const seen = (type: string, props: Record<string, unknown>, ignored: string[] = []) => ({
  type,
  name: "one",
  props,
  ignored,
});
const after = (type: string, props: Record<string, unknown>, name: "development" | "production" = "production") =>
  strengthen(seen(type, props), environment(name), backupTags);

describe("aws.protectStack", () => {
  it("gives a bare database everything that production asks, and says so", () => {
    const { props, changes, left } = after("aws:rds/instance:Instance", { engine: "postgres" });
    const { finalSnapshotIdentifier, ...rest } = props;
    assert.deepEqual(rest, {
      engine: "postgres",
      backupRetentionPeriod: 30,
      copyTagsToSnapshot: true,
      deletionProtection: true,
      deleteAutomatedBackups: false,
    });
    assert.match(String(finalSnapshotIdentifier), /^[A-Za-z](?!.*--)[A-Za-z0-9-]{0,254}(?<!-)$/);
    assert.deepEqual(changes[0], {
      type: "aws:rds/instance:Instance",
      name: "one",
      property: "backupRetentionPeriod",
      from: null,
      to: 30,
    });
    assert.deepEqual(
      left.map(({ property }) => property),
      ["storageEncrypted"],
    );
  });

  it("never weakens a database, whatever it has (property)", () => {
    const flag = fc.option(fc.boolean(), { nil: undefined });
    const database = fc.record({
      backupRetentionPeriod: fc.option(fc.integer({ min: 0, max: 35 }), { nil: undefined }),
      copyTagsToSnapshot: flag,
      deletionProtection: flag,
      deleteAutomatedBackups: flag,
      skipFinalSnapshot: flag,
      finalSnapshotIdentifier: fc.option(fc.constant("mine"), { nil: undefined }),
    });
    fc.assert(
      fc.property(database, fc.constantFrom("development" as const, "production" as const), (props, name) => {
        for (const type of ["aws:rds/instance:Instance", "aws:rds/cluster:Cluster"]) {
          const result = after(type, props, name).props;
          assert.ok(Number(result["backupRetentionPeriod"]) >= (props.backupRetentionPeriod ?? 0));
          for (const on of ["copyTagsToSnapshot", "deletionProtection"] as const)
            if (props[on] === true) assert.equal(result[on], true);
          for (const off of ["deleteAutomatedBackups", "skipFinalSnapshot"] as const)
            if (props[off] === false) assert.equal(result[off], false);
          if (props.finalSnapshotIdentifier !== undefined) assert.equal(result["finalSnapshotIdentifier"], "mine");
          const again = strengthen(seen(type, { ...result }), environment(name), backupTags);
          assert.deepEqual(again.changes, []);
        }
      }),
    );
  });

  it("leaves alone what another owns, what is known later, and replicas", () => {
    const owned = strengthen(
      seen("aws:rds/instance:Instance", { backupRetentionPeriod: 15 }, ["backupRetentionPeriod"]),
      production,
      backupTags,
    );
    assert.equal(owned.props["backupRetentionPeriod"], 15);
    const later = pulumi.output(3);
    assert.equal(
      after("aws:rds/instance:Instance", { backupRetentionPeriod: later }).props["backupRetentionPeriod"],
      later,
    );
    assert.deepEqual(after("aws:rds/instance:Instance", { replicateSourceDb: "other" }).changes, []);
  });

  it("strengthens the other types, each by what it has", () => {
    const changed = (type: string, props: Record<string, unknown>) =>
      Object.fromEntries(after(type, props).changes.map(({ property, to }) => [property, to]));
    assert.deepEqual(changed("aws:ebs/volume:Volume", { tags: { app: "x" } }), {
      tags: { "backup-tiers": "production", app: "x" },
      finalSnapshot: true,
    });
    assert.deepEqual(changed("aws:ebs/volume:Volume", { tags: { "backup-tiers": "no" }, finalSnapshot: true }), {});
    assert.deepEqual(changed("aws:efs/fileSystem:FileSystem", {}), { tags: { "backup-tiers": "production" } });
    assert.deepEqual(changed("aws:dynamodb/table:Table", {}), {
      pointInTimeRecovery: { enabled: true, recoveryPeriodInDays: 14 },
      deletionProtectionEnabled: true,
    });
    assert.deepEqual(
      changed("aws:dynamodb/table:Table", { pointInTimeRecovery: { enabled: true }, deletionProtectionEnabled: true }),
      {},
    );
    assert.deepEqual(changed("aws:s3/bucket:Bucket", { forceDestroy: true }), { forceDestroy: false });
    assert.deepEqual(
      after("aws:s3/bucket:Bucket", {}).left.map(({ property }) => property),
      ["versioning"],
    );
    assert.deepEqual(
      changed("aws:s3/bucketVersioning:BucketVersioning", { versioningConfiguration: { status: "Suspended" } }),
      { versioningConfiguration: { status: "Enabled" } },
    );
  });

  it("refuses an environment or an option that it does not know", () => {
    assert.throws(() => protectStack("prod" as "production"), /write production/);
    assert.throws(
      () => protectStack("production", { tags: {} } as object),
      /options\.tags must be a key that is known/,
    );
  });
});
