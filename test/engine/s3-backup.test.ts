// A backup from a real pod into two buckets of a real S3 server with enforced Object Lock, declared by a strategy and put
// there by the real engine. Does not prove AWS's own answers, nor workload identity.
import assert from "node:assert/strict";
import {
  type Bucket,
  DeleteObjectCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListObjectVersionsCommand,
} from "@aws-sdk/client-s3";
import { S3Server } from "../agent/support/s3-server.js";
import { needPrograms } from "../support/programs.js";
import { apply, runNow } from "./support/cluster.js";
import { Project } from "./support/project.js";
import { TodoApplication } from "./support/todo-application.js";

describe("a strategy with two buckets", function () {
  const app = new TodoApplication("s3-backup");
  const server = new S3Server(process.env["CLUSTER_HOST"] ?? "127.0.0.1", ["primary", "offsite"]);
  let project: Project;

  before(async function () {
    needPrograms(this, "kubectl", "pulumi", "versitygw", "age", "minisign");
    project = new Project("test/engine/programs/s3-backup");
    await server.start();
    await app.start();
    await apply({
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "s3-credentials", namespace: app.namespace },
      stringData: { ...server.credentials },
    });
    await project.pulumi("stack", "init", "s3");
    const set = (...args: string[]) => project.pulumi("config", "set", "--stack", "s3", ...args);
    await set("namespace", app.namespace);
    await set("endpoint", server.endpoint);
    for (const [index, recipient] of app.recipients.entries()) await set("--path", `recipients[${index}]`, recipient);
    await project.pulumi("up", "--stack", "s3", "--yes", "--skip-preview", "--suppress-outputs");
  });
  after(async () => {
    await app.stop();
    await server.stop();
    project.remove();
  });

  it("writes every object into both, locked and tagged with the days that it is kept", async () => {
    const run = await runNow("shop-database", "to-s3", app.namespace);
    assert.deepEqual([run.succeeded, run.exitCode], [true, 0], run.log);
    const { Buckets } = await server.client.send(new ListBucketsCommand({}));
    assert.deepEqual((Buckets ?? []).map(({ Name }: Bucket) => Name).sort(), ["offsite", "primary"]);
    for (const Bucket of ["primary", "offsite"]) {
      const { Versions = [] } = await server.client.send(new ListObjectVersionsCommand({ Bucket }));
      assert.equal(Versions.length, 4, "dump, globals, signature, manifest");
      for (const { Key, VersionId } of Versions) {
        const head = await server.client.send(new HeadObjectCommand({ Bucket, Key }));
        assert.equal(head.ObjectLockMode, "GOVERNANCE");
        const days = (head.ObjectLockRetainUntilDate!.getTime() - Date.now()) / 86_400_000;
        assert.ok(days > 6.9 && days <= 7, String(days));
        const { TagSet } = await server.client.send(new GetObjectTaggingCommand({ Bucket, Key }));
        assert.deepEqual(TagSet, [{ Key: "backup-tiers-keep-days", Value: "30" }]);
        await assert.rejects(server.client.send(new DeleteObjectCommand({ Bucket, Key, VersionId })));
      }
    }
  });
});
