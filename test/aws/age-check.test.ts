// The function that looks for the newest backup, run as Lambda has it: with the real SDK, against a server of this test
// that plays the APIs of AWS Backup, RDS and CloudWatch; the SDK of EC2 is played by a module of this test. Does not prove
// that AWS answers so, runs it each hour, or rings an alarm.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { ageCheckSource } from "../../components/aws/age-check-source.js";

const run = promisify(execFile);
const day = 86_400;
const ago = (seconds: number) => new Date(Date.now() - seconds * 1_000);

interface Answers {
  /** Recovery points by page, as the API lists them. */
  readonly recoveryPoints?: readonly (readonly object[])[];
  /** Latest restorable time of the instance, or an error. */
  readonly database?: Date | "none" | "refused";
  /** Starts of snapshots. */
  readonly snapshots?: readonly Date[];
}

/** Runs the function once; what it asked, what it counted and how it ended. */
async function check(watched: readonly object[], { recoveryPoints = [], database = "none", snapshots = [] }: Answers) {
  const asked: URL[] = [];
  const counted: { Namespace: string; MetricData: { Dimensions: { Value: string }[]; Value: number }[] }[] = [];
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      const url = new URL(request.url!, "http://aws");
      asked.push(url);
      if (url.pathname.startsWith("/backup-vaults/")) {
        const page = Number(url.searchParams.get("nextToken") ?? 0);
        const next = page + 1 < recoveryPoints.length ? { NextToken: String(page + 1) } : {};
        response.end(JSON.stringify({ RecoveryPoints: recoveryPoints[page] ?? [], ...next }));
      } else if (String(request.headers["x-amz-target"]).endsWith("PutMetricData")) {
        counted.push(JSON.parse(Buffer.concat(parts).toString("utf8")) as (typeof counted)[number]);
        response.setHeader("content-type", "application/x-amz-json-1.0").end("{}");
      } else if (database === "refused") response.writeHead(403).end("<ErrorResponse/>");
      else response.setHeader("content-type", "text/xml").end(described(database));
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const folder = mkdtempSync(join(tmpdir(), "age-check-"));
  const ec2 = join(folder, "node_modules/@aws-sdk/client-ec2");
  try {
    mkdirSync(ec2, { recursive: true });
    writeFileSync(join(ec2, "index.js"), playedEc2(snapshots));
    writeFileSync(join(folder, "index.js"), ageCheckSource);
    writeFileSync(join(folder, "watched.json"), JSON.stringify(watched));
    const program = `require("./index.js").handler().then((n) => console.log(n), (error) => console.log(error.message));`;
    const { stdout } = await run(process.execPath, ["-e", program], {
      cwd: folder,
      env: {
        PATH: process.env["PATH"],
        NODE_PATH: join(__dirname, "../../node_modules"),
        NODE_NO_WARNINGS: "1",
        AWS_REGION: "eu-west-1",
        AWS_ACCESS_KEY_ID: "test",
        AWS_SECRET_ACCESS_KEY: "test",
        AWS_MAX_ATTEMPTS: "1",
        AWS_ENDPOINT_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
        NAMESPACE: "BackupTiers",
      },
    });
    const ages = counted.flatMap(({ Namespace, MetricData }) =>
      MetricData.map(({ Dimensions, Value }) => [Namespace, Dimensions[0]!.Value, Value] as const),
    );
    return { ended: stdout.trim(), ages, asked: asked.filter(({ pathname }) => pathname !== "/") };
  } finally {
    rmSync(folder, { recursive: true, force: true });
    server.closeAllConnections();
    server.close();
  }
}

function described(latest: Date | "none"): string {
  const time = latest === "none" ? "" : `<LatestRestorableTime>${latest.toISOString()}</LatestRestorableTime>`;
  const instance = `<DBInstances><DBInstance><DBInstanceIdentifier>ledger</DBInstanceIdentifier>${time}</DBInstance></DBInstances>`;
  return `<DescribeDBInstancesResponse xmlns="http://rds.amazonaws.com/doc/2014-10-31/"><DescribeDBInstancesResult>${instance}</DescribeDBInstancesResult></DescribeDBInstancesResponse>`;
}

/** It answers only to a question that names the policy and finished snapshots of this account. */
function playedEc2(starts: readonly Date[]): string {
  return `const wanted = JSON.stringify({ OwnerIds: ["self"], Filters: [
      { Name: "tag:aws:dlm:lifecycle-policy-id", Values: ["policy-1"] }, { Name: "status", Values: ["completed"] } ] });
    exports.DescribeSnapshotsCommand = class { constructor(input) { this.input = input; } };
    exports.EC2Client = class { async send({ input }) {
      if (JSON.stringify(input) !== wanted) throw new Error(JSON.stringify(input));
      return { Snapshots: ${JSON.stringify(starts)}.map((time) => ({ StartTime: new Date(time) })) };
    } };`;
}

/** Within the time that a test may take. */
function near(value: number | undefined, seconds: number): void {
  assert.ok(value !== undefined && value >= seconds && value < seconds + 120, String(value));
}

const vault = { name: "p/s/files", kind: "vault", vaultName: "vault", seconds: 14 * day, planId: "plan-1" };
const point = (Status: string, seconds: number) => ({ Status, CreationDate: ago(seconds).getTime() / 1_000 });

describe("the function that looks for the newest backup", () => {
  it("counts the age of the newest recovery point of the plan over all pages, of those that ended well", async () => {
    const { ended, ages, asked } = await check([vault], {
      recoveryPoints: [[point("COMPLETED", 20 * day), point("EXPIRED", day)], [point("COMPLETED", 15 * day)], []],
    });
    assert.deepEqual([ended, ages.length], ["1", 1]);
    assert.deepEqual(ages[0]!.slice(0, 2), ["BackupTiers", "p/s/files"]);
    near(ages[0]![2], 15 * day);
    assert.equal(asked.length, 3);
    assert.equal(asked[0]!.searchParams.get("backupPlanId"), "plan-1");
    near((Date.now() - Date.parse(asked[0]!.searchParams.get("createdAfter")!)) / 1_000, 28 * day);
  });

  it("counts nothing where there is no backup, which the alarm takes for bad", async () => {
    const { ended, ages } = await check([vault], { recoveryPoints: [[point("PARTIAL", day), point("CREATING", 60)]] });
    assert.deepEqual([ended, ages], ["0", []]);
  });

  it("counts the newest snapshot of a policy, and the latest moment that RDS can restore", async () => {
    const { ages } = await check(
      [
        { name: "p/s/volumes", kind: "policy", policyId: "policy-1", seconds: 14 * day },
        { name: "p/s/ledger", kind: "instance", id: "ledger", seconds: 7_200 },
      ],
      { snapshots: [ago(9 * day), ago(8 * day), ago(29 * day)], database: ago(300) },
    );
    assert.deepEqual(
      ages.map(([, name]) => name),
      ["p/s/volumes", "p/s/ledger"],
    );
    near(ages[0]![2], 8 * day);
    near(ages[1]![2], 300);
  });

  it("leaves out snapshots beyond twice the age, and a database without automated backups", async () => {
    const { ended, ages } = await check(
      [
        { name: "p/s/volumes", kind: "policy", policyId: "policy-1", seconds: 14 * day },
        { name: "p/s/ledger", kind: "instance", id: "ledger", seconds: 7_200 },
      ],
      { snapshots: [ago(29 * day)] },
    );
    assert.deepEqual([ended, ages], ["0", []]);
  });

  it("counts the others when one cannot be asked, and ends with what went wrong", async () => {
    const { ended, ages } = await check([{ name: "p/s/ledger", kind: "instance", id: "ledger", seconds: 60 }, vault], {
      recoveryPoints: [[point("AVAILABLE", day)]],
      database: "refused",
    });
    assert.deepEqual(
      ages.map(([, name]) => name),
      ["p/s/files"],
    );
    assert.match(ended, /^p\/s\/ledger: /);
  });
});
