// Exports of snapshots: what is registered and refused, and the function that begins them, run with the real SDK against a
// server of this test that plays the API of RDS. Does not prove that RDS exports anything, that AWS runs the function each
// day, or that the roles suffice.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { RdsBackups, type SnapshotExport } from "../../components/aws/index.js";
import { snapshotExportSource } from "../../components/aws/snapshot-export-source.js";
import { record } from "../support/recorder.js";
import { allInputsOf, identities, inputsOf, problemsOf } from "./support/children.js";

const run = promisify(execFile);
const region = "eu-west-1";
const bucket = { arn: "arn:aws:s3:::exports", bucket: "exports" };
const instance = { arn: `arn:aws:rds:${region}:123456789012:db:ledger`, identifier: "ledger" };
const backups = (exportTo: Partial<SnapshotExport> = {}, more: object = {}) =>
  new RdsBackups("ledger", {
    environment: "production",
    instance,
    exportTo: { bucket, ...exportTo },
    protection: { copies: 1, lock: "none", retention: { daily: "35 days" }, restoreTests: [] },
    ...more,
  });

describe("exports of snapshots", () => {
  it("have a role that writes below their prefix, a key, and a function that may begin them with these alone", async () => {
    const all = await record(() => backups({}, { alarmTopicArn: `arn:aws:sns:${region}:123456789012:alarms` }));
    assert.deepEqual(
      identities(all)
        .map(([type, name]) => `${type!} ${name!}`)
        .filter((one) => one.includes("-export"))
        .sort(),
      [
        "cloudwatch.EventRule ledger-export",
        "cloudwatch.EventTarget ledger-export",
        "cloudwatch.MetricAlarm ledger-export-failed",
        "iam.Role ledger-export-role",
        "iam.Role ledger-export-writer-role",
        "iam.RolePolicy ledger-export-role-policy",
        "iam.RolePolicy ledger-export-writer-role-policy",
        "iam.RolePolicyAttachment ledger-export-role-logs",
        "kms.Key ledger-export-key",
        "lambda.Function ledger-export",
        "lambda.Permission ledger-export",
      ],
    );
    const statements = (name: string) =>
      (
        JSON.parse(String(allInputsOf(all, "iam.RolePolicy")[name]!["policy"])) as {
          Statement: { Action: string | string[]; Resource: unknown }[];
        }
      ).Statement.map(({ Action, Resource }) => [Action, Resource]);
    assert.deepEqual(statements("ledger-export-writer-role-policy"), [
      [["s3:ListBucket", "s3:GetBucketLocation"], bucket.arn],
      [["s3:PutObject*", "s3:GetObject*", "s3:DeleteObject*"], `${bucket.arn}/rds/*`],
    ]);
    assert.deepEqual(
      statements("ledger-export-role-policy").map(([action]) => action),
      [
        ["rds:DescribeDBSnapshots", "rds:DescribeDBClusterSnapshots", "rds:DescribeExportTasks", "rds:StartExportTask"],
        "iam:PassRole",
        ["kms:CreateGrant", "kms:DescribeKey"],
      ],
    );
    assert.equal(allInputsOf(all, "cloudwatch.EventRule")["ledger-export"]!["scheduleExpression"], "rate(1 day)");
  });

  it("are named as a mechanism, and as no copy", async () => {
    let plan: RdsBackups["plan"] | undefined;
    await record(() => {
      plan = backups().plan;
    });
    const [asset] = plan!.assets;
    assert.deepEqual(asset!.mechanisms, ["rds-automated-backups", "rds-snapshot-export"]);
    assert.deepEqual(
      asset!.copies.map(({ store }) => store),
      ["rds-automated-backups"],
    );
  });

  it("use a key that is given, and none of their own", async () => {
    const kmsKeyArn = `arn:aws:kms:${region}:123456789012:key/k`;
    const all = await record(() => backups({ kmsKeyArn }));
    assert.deepEqual(allInputsOf(all, "kms.Key"), {});
    assert.equal(inputsOf(all, "lambda.Function")["name"], undefined);
  });

  it("are refused for everything wrong at once, and are no second mechanism past 35 days", async () => {
    assert.deepEqual(
      await problemsOf(() =>
        backups({
          bucket: undefined,
          prefix: "/rds/",
          every: "hourly",
          kmsKeyArn: "arn:aws:kms:eu-central-1:1:key/k",
        } as object),
      ),
      [
        "exportTo.bucket must be given, got nothing; give the aws.s3.Bucket",
        'exportTo.every must be "daily", "weekly", "monthly" or "yearly", got "hourly"; leave it out for "monthly"',
        'exportTo.prefix must be names with a slash between them (S3), got "/rds/"; write "rds"',
        'exportTo.kmsKeyArn must be the ARN of a KMS key of eu-west-1 (RDS exports are always encrypted), got "arn:aws:kms:eu-central-1:1:key/k"; name a key or leave it out',
      ],
    );
    assert.deepEqual(await problemsOf(() => backups({ prefix: "rds/ledger", every: "daily" })), []);
    const monthly = { copies: 1, lock: "none", retention: { monthly: "12 months" }, restoreTests: [] };
    const [problem] = await problemsOf(() => backups({}, { protection: monthly }));
    assert.match(String(problem), /^protection\.retention\.monthly must have a second mechanism past 35 days/);
  });
});

interface Task {
  readonly id: string;
  readonly status: string;
}

describe("the function that begins exports", () => {
  /** Runs it once over these snapshots and former exports; what it began and how it ended. */
  async function begin(
    snapshots: readonly { at: string; status?: string }[],
    tasks: readonly Task[],
    settings: { readonly every: string; readonly id?: string; readonly cluster?: boolean } = { every: "monthly" },
  ) {
    const asked: URLSearchParams[] = [];
    const server = createServer((request, response) => {
      const parts: Buffer[] = [];
      request.on("data", (part: Buffer) => parts.push(part));
      request.on("end", () => {
        const form = new URLSearchParams(Buffer.concat(parts).toString("utf8"));
        asked.push(form);
        response.setHeader("content-type", "text/xml").end(answer(form, snapshots, tasks));
      });
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const folder = mkdtempSync(join(tmpdir(), "snapshot-export-"));
    try {
      writeFileSync(join(folder, "index.js"), snapshotExportSource);
      const whole = {
        id: "ledger",
        cluster: false,
        bucket: "exports",
        prefix: "rds",
        kmsKeyArn: "key",
        roleArn: "role",
      };
      writeFileSync(join(folder, "settings.json"), JSON.stringify({ ...whole, ...settings }));
      const program = `require("./index.js").handler().then((n) => console.log(n), (error) => console.log("failed: " + error.message));`;
      const { stdout } = await run(process.execPath, ["-e", program], {
        cwd: folder,
        env: {
          PATH: process.env["PATH"],
          NODE_PATH: join(__dirname, "../../node_modules"),
          NODE_NO_WARNINGS: "1",
          AWS_REGION: region,
          AWS_ACCESS_KEY_ID: "test",
          AWS_SECRET_ACCESS_KEY: "test",
          AWS_MAX_ATTEMPTS: "1",
          AWS_ENDPOINT_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
        },
      });
      const begun = asked.filter((form) => form.get("Action") === "StartExportTask");
      return { ended: stdout.trim(), begun: begun.map((form) => Object.fromEntries(form)), asked };
    } finally {
      rmSync(folder, { recursive: true, force: true });
      server.closeAllConnections();
      server.close();
    }
  }
  const at = (...times: string[]) => times.map((time) => ({ at: time }));

  it("begins one export of the newest snapshot that is available, in each period", async () => {
    const { ended, begun } = await begin(
      [
        { at: "2026-11-20T03:00:00Z" },
        { at: "2026-11-21T03:00:00Z" },
        { at: "2026-11-22T03:00:00Z", status: "creating" },
      ],
      [
        { id: "ledger-2026-10", status: "COMPLETE" },
        { id: "ledger-2-2026-11", status: "COMPLETE" },
      ],
    );
    assert.equal(ended, "ledger-2026-11");
    const [{ Action, Version, ...request } = {} as Record<string, string>] = begun;
    assert.deepEqual([Action, Version], ["StartExportTask", "2014-10-31"]);
    assert.deepEqual(request, {
      ExportTaskIdentifier: "ledger-2026-11",
      SourceArn: `arn:aws:rds:${region}:123456789012:snapshot:2026-11-21T03:00:00Z`,
      S3BucketName: "exports",
      S3Prefix: "rds",
      IamRoleArn: "role",
      KmsKeyId: "key",
    });
  });

  it("begins none where the period has one, done or under way", async () => {
    for (const status of ["COMPLETE", "IN_PROGRESS", "STARTING"]) {
      const { ended, begun } = await begin(at("2026-11-21T03:00:00Z"), [{ id: "ledger-2026-11", status }]);
      assert.deepEqual([ended, begun], ["done", []], status);
    }
  });

  it("begins again what failed, and fails so that the alarm tells it", async () => {
    const failed = { id: "ledger-2026-11", status: "FAILED" };
    const first = await begin(at("2026-11-21T03:00:00Z"), [failed]);
    assert.deepEqual(
      [first.ended, first.begun[0]!["ExportTaskIdentifier"]],
      [
        "failed: the export ledger-2026-11 failed (no room); begun again as ledger-2026-11-try-2",
        "ledger-2026-11-try-2",
      ],
    );
    const second = await begin(at("2026-11-21T03:00:00Z"), [
      failed,
      { id: "ledger-2026-11-try-2", status: "COMPLETE" },
    ]);
    assert.deepEqual([second.ended, second.begun], ["done", []]);
  });

  it("counts days, weeks from Monday and years, and shortens a long name without mixing two", async () => {
    const name = async (every: string, time: string, id = "ledger") =>
      (await begin(at(time), [], { every, id })).begun[0]!["ExportTaskIdentifier"]!;
    assert.deepEqual(
      [
        await name("daily", "2026-11-21T23:59:00Z"),
        await name("weekly", "2026-11-22T23:59:00Z"),
        await name("weekly", "2026-11-23T00:00:00Z"),
        await name("yearly", "2026-11-21T03:00:00Z"),
      ],
      ["ledger-2026-11-21", "ledger-2026-11-16", "ledger-2026-11-23", "ledger-2026"],
    );
    const long = "a-database-with-a-name-of-more-than-thirty-six-letters";
    const [one, other] = [
      await name("daily", "2026-11-21T03:00:00Z", `${long}-1`),
      await name("daily", "2026-11-21T03:00:00Z", `${long}-2`),
    ];
    assert.notEqual(one, other);
    assert.ok(`${one}-try-99`.length <= 60 && !one.includes("--"), one);
  });

  it("asks for the snapshots of a cluster, and fails where there is none", async () => {
    const { ended, asked } = await begin([], [], { every: "monthly", id: "orders", cluster: true });
    assert.equal(ended, "failed: orders has no automated snapshot that is available");
    assert.deepEqual(
      ["Action", "DBClusterIdentifier", "SnapshotType"].map((key) => asked[0]!.get(key)),
      ["DescribeDBClusterSnapshots", "orders", "automated"],
    );
  });
});

function answer(
  form: URLSearchParams,
  snapshots: readonly { at: string; status?: string }[],
  tasks: readonly Task[],
): string {
  const action = form.get("Action")!;
  const contents: Readonly<Record<string, string>> = {
    DescribeDBSnapshots: `<DBSnapshots>${snapshots
      .map(
        ({ at, status = "available" }) =>
          `<DBSnapshot><Status>${status}</Status><SnapshotCreateTime>${at}</SnapshotCreateTime><DBSnapshotArn>arn:aws:rds:${region}:123456789012:snapshot:${at}</DBSnapshotArn></DBSnapshot>`,
      )
      .join("")}</DBSnapshots>`,
    DescribeDBClusterSnapshots: "<DBClusterSnapshots/>",
    DescribeExportTasks: `<ExportTasks>${tasks
      .map(
        ({ id, status }) =>
          `<ExportTask><ExportTaskIdentifier>${id}</ExportTaskIdentifier><Status>${status}</Status>${status === "FAILED" ? "<FailureCause>no room</FailureCause>" : ""}</ExportTask>`,
      )
      .join("")}</ExportTasks>`,
    StartExportTask: "",
  };
  return `<${action}Response xmlns="http://rds.amazonaws.com/doc/2014-10-31/"><${action}Result>${contents[action]!}</${action}Result></${action}Response>`;
}
