// Backups into an S3 server with enforced Object Lock, small and in parts; and stores that refuse.
// Does not prove: AWS's own answers, web identities, instance roles, and objects larger than some tens of megabytes.
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectVersionsCommand,
} from "@aws-sdk/client-s3";
import { localhostCertificate } from "../support/certificate.js";
import { FaultyProxy } from "../support/faulty-proxy.js";
import { needPrograms } from "../../support/programs.js";
import { S3Server } from "../support/s3-server.js";
import { standInForPostgres } from "../support/stand-ins.js";
import { Workspace } from "../support/workspace.js";

describe("agent: S3", () => {
  const server = new S3Server();
  let workspace: Workspace;

  before(async function () {
    needPrograms(this, "versitygw", "age-keygen", "minisign");
    await server.start();
  });
  after(() => server.stop());
  beforeEach(() => {
    workspace = new Workspace({
      source: { kind: "postgres", host: "db", database: "shop", user: "u" },
      lock: { mode: "governance", seconds: { hourly: 3600 } },
    });
    standInForPostgres(workspace, "head -c 30000000 /dev/urandom");
  });
  afterEach(() => {
    workspace.remove();
  });

  it("uploads in parts, locks every object, and reads it back", async () => {
    const stores = [...workspace.config.stores, server.store({ prefix: "p" })];
    const run = await workspace.run(["backup"], { stores, asset: "locked" }, "s3");
    assert.equal(run.code, 0, run.stderr);
    const versions = await server.client.send(
      new ListObjectVersionsCommand({ Bucket: "backups", Prefix: "p/production/locked/" }),
    );
    const keys = (versions.Versions ?? []).map(({ Key = "" }) => Key);
    assert.equal(keys.length, 4);
    for (const { Key, VersionId } of versions.Versions ?? []) {
      const head = await server.client.send(new HeadObjectCommand({ Bucket: "backups", Key }));
      assert.equal(head.ObjectLockMode, "GOVERNANCE");
      const { TagSet } = await server.client.send(new GetObjectTaggingCommand({ Bucket: "backups", Key }));
      assert.deepEqual(TagSet, [{ Key: "backup-tiers-keep-days", Value: "1" }]);
      assert.ok((head.ObjectLockRetainUntilDate?.getTime() ?? 0) > Date.now() + 3500_000);
      await assert.rejects(server.client.send(new DeleteObjectCommand({ Bucket: "backups", Key, VersionId })));
    }
    const check = await workspace.run(["check", "--deep"], { stores, asset: "locked" }, "s3");
    assert.equal(check.code, 0, check.stderr);
    const args = [
      "restore",
      "--store",
      "offsite",
      "--identity",
      workspace.identityFiles[0],
      "--output",
      workspace.path("out"),
    ];
    const restored = await workspace.run(args, { stores, asset: "locked" }, "s3");
    assert.equal(restored.code, 0, restored.stderr);
    assert.match(restored.result.message, /30000005 bytes/);
  });

  it("finds a delete marker, and a lock that is missing", async () => {
    const stores = [server.store()];
    await workspace.run(["backup"], { stores, asset: "hidden", lock: undefined }, "s3");
    const { id } = (await workspace.run(["backup"], { stores, asset: "hidden" }, "s3")).result;
    const listed = await server.client.send(
      new ListObjectVersionsCommand({ Bucket: "backups", Prefix: "production/hidden/" }),
    );
    const Key = (listed.Versions ?? [])
      .map((version) => version.Key ?? "")
      .find((key) => key.includes(id) && key.includes(".dump."));
    await server.client.send(new DeleteObjectCommand({ Bucket: "backups", Key }));
    const check = await workspace.run(["check"], { stores, asset: "hidden" }, "s3");
    assert.equal(check.code, 3);
    assert.match(check.stderr, new RegExp(`${id}: offsite: its database is missing`));
  });

  it("aborts the upload when the dumper fails", async () => {
    workspace.program(
      "pg_dump",
      '[ "$1" = --version ] && { echo "pg_dump (PostgreSQL) 15.1"; exit; }\nprintf PGDMP; head -c 30000000 /dev/urandom; exit 9',
    );
    const run = await workspace.run(["backup"], { stores: [server.store()], asset: "aborted" }, "s3");
    assert.equal(run.code, 1);
    const uploads = await server.client.send(new ListMultipartUploadsCommand({ Bucket: "backups" }));
    assert.deepEqual(uploads.Uploads ?? [], []);
    const objects = await server.client.send(
      new ListObjectVersionsCommand({ Bucket: "backups", Prefix: "production/aborted/" }),
    );
    assert.deepEqual(objects.Versions ?? [], []);
  });

  it("puts a legal hold on every object where the store asks for it", async () => {
    const run = await workspace.run(["backup"], { stores: [server.store({ legalHold: true })], asset: "held" }, "s3");
    assert.equal(run.code, 0, run.stderr);
    const listed = await server.client.send(
      new ListObjectVersionsCommand({ Bucket: "backups", Prefix: "production/held/" }),
    );
    assert.equal(listed.Versions?.length, 4);
    for (const { Key } of listed.Versions ?? []) {
      const head = await server.client.send(new HeadObjectCommand({ Bucket: "backups", Key }));
      assert.equal(head.ObjectLockLegalHoldStatus, "ON");
    }
  });

  it("fails where a lock is asked for and the bucket has none", async () => {
    await server.client.send(new CreateBucketCommand({ Bucket: "unlocked" }));
    const run = await workspace.run(["backup"], { stores: [server.store({ bucket: "unlocked" })] }, "s3");
    assert.equal(run.code, 1);
    assert.match(run.result.message, /offsite: InvalidRequest: Bucket is missing Object ?Lock ?Configuration/);
    assert.equal(
      (await workspace.run(["list"], { stores: [server.store({ bucket: "unlocked" })] }, "s3")).result.id,
      undefined,
    );
  });

  it("writes nothing by a wrong clock, but reads", async () => {
    const changes = { stores: [server.store()], asset: "clock" };
    const { id } = (await workspace.run(["backup"], changes, "s3")).result;
    for (const [seconds, direction] of [
      [3600, "ahead of"],
      [-3600, "behind"],
    ] as const) {
      workspace.clockShiftSeconds = seconds;
      const run = await workspace.run(["backup"], changes, "s3");
      assert.equal(run.code, 1);
      const got = new RegExp(
        `clock must be within 900 seconds of the server's \\(RequestTimeTooSkewed\\), got 3[56]\\d\\d seconds ${direction} it`,
      );
      assert.match(run.result.message, got);
      const listed = await workspace.run(["list", "--json"], changes, "s3");
      assert.equal(listed.result.message, "1 good and 0 bad backups");
      assert.equal(listed.result.id, id);
    }
  });

  it("trusts the authority of caFile, and without it no unknown one", async () => {
    const certificate = localhostCertificate(workspace);
    const proxy = new FaultyProxy(() => server.endpoint, certificate);
    await proxy.start();
    try {
      const endpoint = proxy.endpoint.replace("127.0.0.1", "localhost");
      const trusted = [server.store({ endpoint, caFile: certificate.certFile })];
      const run = await workspace.run(["backup"], { stores: trusted, asset: "tls" }, "s3");
      assert.equal(run.code, 0, run.stderr);
      const untrusted = await workspace.run(["list"], { stores: [server.store({ endpoint })], asset: "tls" }, "s3");
      assert.equal(untrusted.code, 1);
      assert.match(untrusted.result.message, /DEPTH_ZERO_SELF_SIGNED_CERT/);
      const missing = await workspace.run(["list"], { stores: [server.store({ caFile: "/no.pem" })] }, "s3");
      assert.equal(missing.code, 2);
      assert.match(missing.result.message, /^caFile must be a readable file \(the agent\), got ENOENT/);
    } finally {
      await proxy.stop();
    }
  });

  it("keeps the other copy good when a store refuses, and says why", async () => {
    mkdirSync(workspace.path("second"));
    for (const [store, reason] of [
      [server.store({ credentialsFolder: `${server.folder}/wrong` }), /SignatureDoesNotMatch/],
      [server.store({ bucket: "nowhere" }), /NoSuchBucket/],
      [server.store({ endpoint: "http://127.0.0.1:1" }), /ECONNREFUSED/],
    ] as const) {
      const run = await workspace.run(["backup"], { stores: [store, ...workspace.config.stores] }, "s3");
      assert.equal(run.code, 1, run.stderr);
      assert.match(run.result.message, /^the backup lies in 1 of 2 stores; offsite: /);
      assert.match(run.result.message, reason);
      assert.ok(!run.stderr.includes("another-secret-key"));
      assert.equal((await workspace.run(["check", "--deep"])).result.id, run.result.id);
      workspace.clockShiftSeconds += 60;
    }
  });
});
