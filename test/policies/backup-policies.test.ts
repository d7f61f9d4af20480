// The policies, run by the policy SDK's own server code in this process, each with one passing and one failing value.
// Does not prove that an engine loads the pack.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { backupPolicies, type BackupPolicyOptions } from "../../policies/index.js";
import * as analyzer from "@pulumi/pulumi/proto/analyzer_pb.js";
import { Struct } from "google-protobuf/google/protobuf/struct_pb.js";

type Analyze = (call: { request: unknown }, done: (error: unknown, response: analyzer.AnalyzeResponse) => void) => void;

/** The SDK exports its server for its own program only: without types. */
const { makeAnalyzeRpcFun } = createRequire(__filename)("@pulumi/policy/server") as {
  makeAnalyzeRpcFun: (pack: string, version: string, level: string, policies: readonly unknown[]) => Analyze;
};

type Properties = Record<string, unknown>;

/** Names and messages of the policies that a resource violates. */
async function violations(type: string, properties: Properties, options: BackupPolicyOptions = {}): Promise<string[]> {
  const request = new analyzer.AnalyzeRequest();
  request.setType(type);
  request.setName("resource");
  request.setUrn(`urn:pulumi:s::p::${type}::resource`);
  request.setProperties(Struct.fromJavaScript(properties as never));
  request.setOptions(new analyzer.AnalyzerResourceOptions());
  const analyze = makeAnalyzeRpcFun("backups", "1.0.0", "mandatory", backupPolicies(options));
  const response = await new Promise<analyzer.AnalyzeResponse>((resolve, reject) => {
    analyze({ request }, (error, result) => {
      if (error instanceof Error) reject(error);
      else resolve(result);
    });
  });
  return response
    .toObject()
    .diagnosticsList.map(({ policyname, message }) => `${policyname}: ${message.split("\n").at(-1) ?? ""}`);
}

const rds = { backupRetentionPeriod: 30, deletionProtection: true, skipFinalSnapshot: false };
const cronJob = {
  metadata: { labels: { purpose: "backup" } },
  spec: { concurrencyPolicy: "Forbid", timeZone: "Etc/UTC" },
};

describe("backupPolicies", () => {
  it("rds-retention", async () => {
    assert.deepEqual(await violations("aws:rds/instance:Instance", rds), []);
    assert.deepEqual(await violations("aws:rds/cluster:Cluster", { ...rds, backupRetentionPeriod: 29 }), [
      'rds-retention: backupRetentionPeriod must be 30 or more (production), got 29; spread aws.rdsSettings("production")',
    ]);
    assert.deepEqual(
      await violations("aws:rds/instance:Instance", { backupRetentionPeriod: 7 }, { environment: "development" }),
      [],
    );
  });

  it("rds-keeps-last-state", async () => {
    assert.deepEqual(
      await violations("aws:rds/instance:Instance", { ...rds, deletionProtection: false, skipFinalSnapshot: true }),
      [
        'rds-keeps-last-state: deletionProtection must be true (production keeps), got false; spread aws.rdsSettings("production")',
        'rds-keeps-last-state: skipFinalSnapshot must be false (production keeps), got true; spread aws.rdsSettings("production")',
      ],
    );
  });

  it("buckets-do-not-empty-themselves", async () => {
    assert.deepEqual(await violations("aws:s3/bucket:Bucket", { forceDestroy: false }), []);
    assert.equal((await violations("aws:s3/bucket:Bucket", { forceDestroy: true })).length, 1);
    assert.deepEqual(
      await violations("aws:s3/bucket:Bucket", { forceDestroy: true }, { environment: "development" }),
      [],
    );
  });

  it("backup-cron-jobs", async () => {
    assert.deepEqual(await violations("kubernetes:batch/v1:CronJob", cronJob), []);
    assert.deepEqual(await violations("kubernetes:batch/v1:CronJob", { metadata: {}, spec: {} }), []);
    assert.equal((await violations("kubernetes:batch/v1:CronJob", { ...cronJob, spec: {} })).length, 2);
  });
});
