// What restore testing registers and refuses, and the validating function itself, run with the real SDK against a server
// of this test that plays the APIs of Lambda, AWS Backup and SNS. Does not prove that AWS restores anything or sends the
// event that starts the function.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import { Provider } from "@pulumi/aws/provider.js";
import { RestoreTesting, type RestoreTestingArgs } from "../../components/aws/index.js";
import { validatorSource } from "../../components/aws/restore-validator-source.js";
import { record } from "../support/recorder.js";
import { allInputsOf, children, identities, inputsOf, problemsOf } from "./support/children.js";

const run = promisify(execFile);
const vault = {
  name: "vault",
  vaultName: "vault",
  arn: "arn:aws:backup:eu-west-1:123456789012:backup-vault:vault",
  declaration: { location: { provider: "aws", region: "eu-west-1" } },
};
const checkFunctionArn = "arn:aws:lambda:eu-west-1:123456789012:function:count-rows";
const testing = (args: Partial<RestoreTestingArgs> = {}) =>
  new RestoreTesting("restores-of-everything", {
    environment: "production",
    vaults: [vault],
    selections: { databases: { type: "RDS" }, files: { type: "S3", allTags: { backup: "yes" } } },
    validation: { checkFunctionArn },
    ...args,
  });

describe("aws.RestoreTesting", () => {
  it("registers a plan, a selection for each type and the validating function, protected in production", async () => {
    const all = await record(() => testing());
    assert.deepEqual(
      identities(all).map(([type, name]) => `${type!} ${name!.replace("restores-of-everything", "…")}`),
      [
        "backup.RestoreTestingPlan …",
        "backup.RestoreTestingSelection …-databases",
        "backup.RestoreTestingSelection …-files",
        "cloudwatch.EventRule …-restored",
        "cloudwatch.EventTarget …-restored",
        "lambda.Permission …-restored",
        "iam.Role …-role",
        "iam.RolePolicyAttachment …-role-restores",
        "iam.RolePolicyAttachment …-role-s3",
        "lambda.Function …-validator",
        "iam.Role …-validator-role",
        "iam.RolePolicyAttachment …-validator-role-logs",
        "iam.RolePolicy …-validator-role-policy",
      ],
    );
    assert.ok(children(all).every(({ protect }) => protect));
    const regional = children(all).filter(({ type }) => !type.startsWith("aws:iam/"));
    assert.deepEqual([...new Set(regional.map(({ inputs }) => inputs["region"]))], ["eu-west-1"]);
  });

  it("names the plan without dashes, restores the newest of 30 days weekly, and leaves time for the check", async () => {
    const all = await record(() => testing());
    const { name, recoveryPointSelection, startWindowHours, scheduleExpression } = inputsOf(
      all,
      "backup.RestoreTestingPlan",
    );
    assert.match(String(name), /^restores_of_everything_[A-Za-z0-9_]+$/);
    assert.match(String(scheduleExpression), /^cron\(\d+ \d+ \? \* [A-Z]{3} \*\)$/);
    assert.deepEqual(
      [recoveryPointSelection, startWindowHours],
      [
        {
          algorithm: "LATEST_WITHIN_WINDOW",
          includeVaults: [vault.arn],
          recoveryPointTypes: ["SNAPSHOT", "CONTINUOUS"],
          selectionWindowDays: 30,
        },
        24,
      ],
    );
    const selections = allInputsOf(all, "backup.RestoreTestingSelection");
    assert.deepEqual(
      Object.values(selections).map((one) => [
        one["name"],
        one["protectedResourceArns"],
        one["protectedResourceConditions"],
        one["validationWindowHours"],
      ]),
      [
        ["databases", ["*"], undefined, 4],
        ["files", ["*"], { stringEquals: [{ key: "aws:ResourceTag/backup", value: "yes" }] }, 4],
      ],
    );
  });

  it("says that a restore without a check proves little, passes an explicit provider on, and two do not clash", async () => {
    let one: RestoreTesting | undefined;
    const all = await record(() => {
      const provider = new Provider("other", { region: "eu-west-1" });
      const args = { environment: "staging", vaults: [vault], selections: { volumes: { type: "EBS" } } } as const;
      one = new RestoreTesting("one", args, { provider });
      new RestoreTesting("two", args, { provider });
    });
    assert.deepEqual(
      one!.issues.map(({ level, id }) => `${level} ${id}`),
      ["warning restore-validation"],
    );
    assert.deepEqual(
      children(all).filter(({ provider }) => !provider.includes("::other::")),
      [],
    );
    assert.equal(new Set(children(all).map(({ type, name }) => `${type} ${name}`)).size, children(all).length);
  });

  describe("refuses", () => {
    const cases: readonly [string, Record<string, unknown>, string[]][] = [
      [
        "a type that is never restored",
        { selections: { cluster: { type: "EKS" } } },
        [
          'selections.cluster.type must be one of Aurora, DocumentDB, DynamoDB, EBS, EC2, EFS, FSx, Neptune, RDS, S3 (AWS Backup restore testing), got "EKS"; drill other kinds by a check of your own',
        ],
      ],
      [
        "tags beside names",
        { selections: { files: { type: "EFS", resources: ["arn:aws:elasticfilesystem:::x"], allTags: { a: "b" } } } },
        [
          'selections.files.allTags must be left out where resources are named (AWS Backup restore testing), got {"a":"b"}; decide for one of the two',
        ],
      ],
      [
        "31 resources by name",
        { selections: { files: { type: "EFS", resources: Array.from({ length: 31 }, () => "arn:aws:x:::y") } } },
        [
          "selections.files.resources must be at most 30 (AWS Backup restore testing), got 31; leave it out, or make a second selection",
        ],
      ],
      [
        "windows out of range",
        {
          startWindowHours: 169,
          fromLastDays: 366,
          selections: { files: { type: "EFS", validationWindowHours: 169 } },
        },
        [
          "selections.files.validationWindowHours must be 0 to 168, whole (AWS Backup restore testing), got 169; correct it",
          "startWindowHours must be 1 to 168, whole (AWS Backup restore testing), got 169; correct it",
          "fromLastDays must be 1 to 365, whole (AWS Backup restore testing), got 366; correct it",
        ],
      ],
      [
        "vaults of two regions",
        { vaults: [vault, { ...vault, declaration: { location: { provider: "aws", region: "eu-central-1" } } }] },
        [
          'vaults must lie in one region (AWS Backup restore testing), got ["eu-west-1","eu-central-1"]; make a RestoreTesting for each',
        ],
      ],
      [
        "recovery points of a kind that is none",
        { recoveryPoints: "pitr" },
        ['recoveryPoints must be "any", "snapshots" or "continuous", got "pitr"; leave it out for "any"'],
      ],
      [
        "a check that is no function",
        { validation: { checkFunctionArn: "arn:aws:sns:eu-west-1:123456789012:ops" } },
        [
          'validation.checkFunctionArn must be an ARN of Lambda, got "arn:aws:sns:eu-west-1:123456789012:ops"; correct it',
        ],
      ],
      [
        "no schedule and nothing to restore, at once",
        { every: "manual", selections: {} },
        [
          "selections must name something to restore, got {}; name it",
          'every must be a length of time or cron (AWS Backup), got "manual"; write "1 week"',
        ],
      ],
    ];
    for (const [title, wrong, messages] of cases)
      it(title, async () => {
        assert.deepEqual(await problemsOf(() => testing(wrong)), messages);
      });
    it("nothing at the bounds", async () => {
      const files = { type: "EFS", validationWindowHours: 168 } as const;
      assert.deepEqual(
        await problemsOf(() => testing({ startWindowHours: 168, fromLastDays: 365, selections: { files } })),
        [],
      );
    });
  });
});

describe("the validating function", () => {
  /** Runs it for one event, with a check that answers so. */
  async function validate(detail: object, check: "well" | "throws" | "never") {
    const requests: { path: string; body: string }[] = [];
    const server = createServer((request, response) => {
      void bodyOf(request).then((body) => {
        requests.push({ path: request.url!, body });
        if (!request.url!.includes("/invocations")) {
          response
            .writeHead(request.url === "/" ? 200 : 204, { "content-type": "text/xml" })
            .end(published(request.url!));
          return;
        }
        if (check === "never") return;
        const failed = check === "throws";
        response
          .writeHead(200, failed ? { "x-amz-function-error": "Unhandled" } : {})
          .end(failed ? '{"errorMessage":"0 rows in orders"}' : "null");
      });
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const program = `${validatorSource}\nexports.handler(JSON.parse(process.env.EVENT)).then((status) => console.log(status));`;
    try {
      const { stdout } = await run(process.execPath, ["-e", program], {
        cwd: join(__dirname, "../.."),
        env: {
          PATH: process.env["PATH"],
          AWS_REGION: "eu-west-1",
          AWS_ACCESS_KEY_ID: "test",
          AWS_SECRET_ACCESS_KEY: "test",
          AWS_ENDPOINT_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
          CHECK_FUNCTION_ARN: checkFunctionArn,
          CHECK_SECONDS: "1",
          TOPIC_ARN: "arn:aws:sns:eu-west-1:123456789012:ops",
          EVENT: JSON.stringify({ detail }),
        },
      });
      const result = requests.find(({ path }) => path.includes("/validations"));
      return {
        status: stdout.trim(),
        path: result?.path,
        result: JSON.parse(result?.body ?? "{}") as { ValidationStatus?: string; ValidationStatusMessage?: string },
        checked: requests.find(({ path }) => path.includes("/invocations"))?.body,
        told: requests.find(({ path }) => path === "/")?.body,
      };
    } finally {
      server.closeAllConnections();
      server.close();
    }
  }
  const detail = {
    restoreJobId: "job-1",
    createdResourceArn: "arn:aws:rds:eu-west-1:123456789012:db:restored",
    resourceType: "RDS",
    recoveryPointArn: "arn:aws:rds:eu-west-1:123456789012:snapshot:awsbackup-1",
  };

  it("hands the restored resource to the check and reports SUCCESSFUL when it returns", async () => {
    const { status, path, result, checked, told } = await validate(detail, "well");
    assert.deepEqual(
      [status, path, result],
      ["SUCCESSFUL", "/restore-jobs/job-1/validations", { ValidationStatus: "SUCCESSFUL" }],
    );
    assert.deepEqual(JSON.parse(checked!), detail);
    assert.equal(told, undefined);
  });

  it("reports FAILED with the reason, and tells the topic, when the check throws", async () => {
    const { status, result, told } = await validate(detail, "throws");
    assert.equal(status, "FAILED");
    assert.deepEqual(result, {
      ValidationStatus: "FAILED",
      ValidationStatusMessage: '{"errorMessage":"0 rows in orders"}',
    });
    assert.match(told!, /0\+rows\+in\+orders|0%20rows%20in%20orders/);
  });

  it("reports FAILED when the check never answers, and when the restore made nothing", async () => {
    const late = await validate(detail, "never");
    assert.equal(late.result.ValidationStatus, "FAILED");
    const empty = await validate({ ...detail, createdResourceArn: undefined }, "well");
    assert.deepEqual(empty.result, {
      ValidationStatus: "FAILED",
      ValidationStatusMessage: "the restore made no resource",
    });
    assert.equal(empty.checked, undefined);
  });
});

async function bodyOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString("utf8");
}

/** SNS answers in XML. */
function published(path: string): string {
  return path === "/"
    ? '<PublishResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishResult><MessageId>1</MessageId></PublishResult></PublishResponse>'
    : "";
}
