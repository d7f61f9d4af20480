// What the transform does to the arguments of each type, and that it does it in a preview. Does not prove that a
// service accepts the result; that a live database survives the change is for its owner to see.
import assert from "node:assert/strict";
import fc from "fast-check";
import * as pulumi from "@pulumi/pulumi";
import { protectStack } from "../../components/aws/index.js";
import { strengthen } from "../../components/aws/stack-changes.js";
import { type Environment, environment } from "../../components/index.js";

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

  describe("whatever a resource has (property)", () => {
    const flag = fc.option(fc.boolean(), { nil: undefined });
    const days = fc.option(fc.integer({ min: 0, max: 35 }), { nil: undefined });
    const tags = fc.option(
      fc.dictionary(fc.constantFrom("backup-tiers", "app", "managed-by"), fc.string(), { noNullPrototype: true }),
      {
        nil: undefined,
      },
    );
    const database = {
      backupRetentionPeriod: days,
      copyTagsToSnapshot: flag,
      deletionProtection: flag,
      deleteAutomatedBackups: flag,
      skipFinalSnapshot: flag,
      storageEncrypted: flag,
      finalSnapshotIdentifier: fc.option(fc.constantFrom("", "mine"), { nil: undefined }),
      replicateSourceDb: fc.option(fc.constant("other"), { nil: undefined, freq: 9 }),
    };
    const types: Readonly<Record<string, Record<string, fc.Arbitrary<unknown>>>> = {
      "aws:rds/instance:Instance": database,
      "aws:rds/cluster:Cluster": database,
      "aws:ebs/volume:Volume": { tags, finalSnapshot: flag, size: fc.integer() },
      "aws:efs/fileSystem:FileSystem": { tags, encrypted: flag },
      "aws:dynamodb/table:Table": {
        pointInTimeRecovery: fc.option(
          fc.record({ enabled: fc.boolean(), recoveryPeriodInDays: days }, { noNullPrototype: true }),
          {
            nil: undefined,
          },
        ),
        deletionProtectionEnabled: flag,
        tags,
      },
      "aws:s3/bucket:Bucket": { forceDestroy: flag, tags },
      "aws:s3/bucketVersioning:BucketVersioning": {
        versioningConfiguration: fc.record(
          {
            status: fc.constantFrom("Enabled", "Suspended", undefined),
            mfaDelete: fc.option(fc.constant("Disabled"), { nil: undefined }),
          },
          { noNullPrototype: true },
        ),
      },
    };
    const on = (value: unknown) => (value === true ? 1 : 0);
    /** How strong a value of a property is; more is stronger. */
    const strength: Readonly<Record<string, (value: unknown) => number>> = {
      backupRetentionPeriod: (value) => Number(value ?? 0),
      copyTagsToSnapshot: on,
      deletionProtection: on,
      finalSnapshot: on,
      deletionProtectionEnabled: on,
      deleteAutomatedBackups: (value) => (value === false ? 1 : 0),
      skipFinalSnapshot: (value) => (value === true ? 0 : 1),
      forceDestroy: (value) => (value === true ? 0 : 1),
      versioningConfiguration: (value) => ((value as { status?: string }).status === "Suspended" ? 0 : 1),
      pointInTimeRecovery: (value) => {
        const { enabled = false, recoveryPeriodInDays = 35 } = (value ?? {}) as Record<string, number | undefined>;
        return enabled ? recoveryPeriodInDays : 0;
      },
    };
    const cases = fc
      .tuple(fc.constantFrom(...Object.keys(types)), fc.constantFrom("development", "staging", "production"))
      .chain(([type, name]) =>
        fc.record({
          type: fc.constant(type),
          asked: fc.constant(environment(name)),
          props: fc.record(types[type]!, { requiredKeys: [], noNullPrototype: true }),
        }),
      );
    const check = (hold: (one: { type: string; asked: Environment; props: Record<string, unknown> }) => void) => {
      fc.assert(fc.property(cases, hold as never), { numRuns: 2_000 });
    };

    it("nothing is weakened, and a second time changes nothing", () => {
      check(({ type, asked, props }) => {
        const result = strengthen(seen(type, props), asked, backupTags).props;
        for (const [key, of] of Object.entries(strength)) {
          if (!(key in types[type]!)) continue;
          if (key === "versioningConfiguration" && props[key] === undefined) continue;
          assert.ok(of(result[key]) >= of(props[key]), `${key} of ${type}: ${JSON.stringify(props[key])}`);
        }
        if (typeof props["finalSnapshotIdentifier"] === "string" && props["finalSnapshotIdentifier"] !== "")
          assert.equal(result["finalSnapshotIdentifier"], "mine");
        const window = (of: unknown) =>
          (of as { recoveryPeriodInDays?: number } | undefined)?.recoveryPeriodInDays ?? 0;
        const { pointInTimeRecovery: table } = result;
        assert.ok(
          table === undefined || window(table) >= window(props["pointInTimeRecovery"]),
          "days that are off, too",
        );
        // Tags that the program gives stay, with their values.
        assert.deepEqual(
          { ...(result["tags"] as object), ...(props["tags"] as object) },
          { ...(result["tags"] as object) },
        );
        assert.deepEqual(strengthen(seen(type, result), asked, backupTags).changes, []);
      });
    });

    it("the list of changes is what differs, no more and no less", () => {
      check(({ type, asked, props }) => {
        const given = structuredClone(props);
        const { props: result, changes } = strengthen(seen(type, props), asked, backupTags);
        assert.deepEqual(props, given, "the program's own arguments stay as they are");
        const applied: Record<string, unknown> = { ...props };
        for (const { property, from, to } of changes) {
          assert.deepEqual(from, props[property] ?? null);
          assert.notDeepEqual(from, to);
          applied[property] = to;
        }
        assert.deepEqual(applied, result);
        assert.equal(new Set(changes.map(({ property }) => property)).size, changes.length);
      });
    });

    it("nothing that another owns is touched", () => {
      check(({ type, asked, props }) => {
        const { props: result, changes } = strengthen(seen(type, props, Object.keys(types[type]!)), asked, backupTags);
        assert.deepEqual([result, changes], [props, []]);
      });
    });

    it("production has what it asks", () => {
      check(({ type, props }) => {
        if (props["replicateSourceDb"] !== undefined) return;
        const { props: result } = strengthen(seen(type, props), production, backupTags);
        for (const key of Object.keys(types[type]!)) {
          if (strength[key] === undefined || type.endsWith(":BucketVersioning")) continue;
          const asked = key === "backupRetentionPeriod" ? 30 : key === "pointInTimeRecovery" ? 14 : 1;
          const exempt =
            type.endsWith(":Bucket") && (props["tags"] as Record<string, string> | undefined)?.["managed-by"];
          if (exempt !== "pulumi-backup-tiers") assert.ok(strength[key](result[key]) >= asked, `${key} of ${type}`);
        }
      });
    });
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
    const inside = { enabled: later, recoveryPeriodInDays: 3 };
    const table = after("aws:dynamodb/table:Table", { pointInTimeRecovery: inside });
    assert.equal(table.props["pointInTimeRecovery"], inside);
    assert.deepEqual(
      table.left.map(({ property }) => property),
      ["pointInTimeRecovery"],
    );
    const versions = { versioningConfiguration: { status: later } };
    assert.deepEqual(after("aws:s3/bucketVersioning:BucketVersioning", versions).props, versions);
    const tagged = after("aws:efs/fileSystem:FileSystem", { tags: { owner: later } }).props["tags"];
    assert.deepEqual(Object.keys(tagged as object), ["backup-tiers", "owner"]);
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
