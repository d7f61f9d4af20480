// Options of every component of AWS under the real engine: an alias keeps what a component made under its former name,
// `retainOnDelete` leaves all of it, and `adopt` takes it over again. Provider and servers stand in for the real ones; see
// aws.test.ts. An import is answered with what this provider was told when it made the resource: what the real provider
// reads back is not proven.
import assert from "node:assert/strict";
import { needPrograms } from "../support/programs.js";
import { LanguageHost } from "./preview-real-engine.js";
import { AwsProvider } from "./support/aws-provider.js";
import { AwsServers } from "./support/aws-servers.js";
import { Project } from "./support/project.js";

const region = "eu-west-1";

interface Held {
  readonly urn: string;
  readonly id?: string;
  readonly type: string;
  readonly custom: boolean;
}

describe("options of every component of AWS under the real engine", function () {
  const servers = new AwsServers();
  const provider = new AwsProvider(servers, region);
  // Pulumi's own host here is older than transforms.
  const host = new LanguageHost({});
  let project: Project | undefined;

  const pulumi = (...args: string[]) => project!.pulumi(...args, "--stack", "stack");
  const set = (key: string, value: string) => pulumi("config", "set", key, value);
  /** What the stack holds, by type and name. */
  const held = async () => {
    const { deployment } = JSON.parse(await pulumi("stack", "export")) as { deployment: { resources?: Held[] } };
    return new Map(
      (deployment.resources ?? [])
        .filter(({ custom, type }) => custom && type.startsWith("aws:"))
        .map(({ urn, id, type }) => [`${type.split(":").at(-1)!} ${urn.split("::").at(-1)!}`, id!] as const),
    );
  };
  /** What an up would do, by step: the types of the resources. */
  const foreseen = async () => {
    const types = new Map<string, Set<string>>();
    for (const { op, urn } of await project!.steps("stack")) {
      const type = urn.split("::")[2]!.split("$").at(-1)!;
      if (op !== "same") types.set(op, (types.get(op) ?? new Set()).add(type.split(":").at(-1)!));
    }
    return Object.fromEntries([...types].map(([op, names]) => [op, [...names].sort()]));
  };

  before(async function () {
    needPrograms(this, "pulumi", "moto_server", "ministack");
    await servers.start();
    project = new Project("test/engine/programs/aws-options", {
      PULUMI_DEBUG_PROVIDERS: await provider.listen(),
      PULUMI_DEBUG_LANGUAGES: `nodejs:${await host.listen()}`,
    });
    await pulumi("stack", "init");
    await set("aws:region", region);
    await set("name", "one");
    await pulumi("up", "--yes", "--skip-preview");
  });
  after(async () => {
    provider.close();
    host.close();
    await servers.stop();
    project?.remove();
  });

  it("an alias keeps everything that holds backups (not proven: that the real provider replaces no more)", async () => {
    const before = await held();
    await set("name", "two");
    await set("former", "one");
    const steps = await foreseen();
    const renamed = ["EventSubscription", "Framework", "ReportPlan", "RestoreTestingPlan", "Role"];
    const attached = ["RestoreTestingSelection", "RolePolicy", "RolePolicyAttachment", "Selection"];
    assert.deepEqual(steps["replace"], [...renamed, ...attached].sort(), "what carries the name, and what hangs on it");
    assert.deepEqual(Object.keys(steps).sort(), ["replace", "update"], "nothing is made or deleted but for those");
    await pulumi("up", "--yes", "--skip-preview");
    const after = await held();
    const kept = ["Bucket", "Vault", "Plan", "LifecyclePolicy", "Key", "Topic", "VaultLockConfiguration"];
    const ids = (all: Map<string, string>) =>
      [...all].filter(([key]) => kept.includes(key.split(" ")[0]!)).map(([, id]) => id);
    assert.ok(ids(before).length > 8, String(ids(before).length));
    assert.deepEqual(ids(after).sort(), ids(before).sort());
    assert.ok([...after.keys()].every((key) => key.split(" ")[1]!.startsWith("two-")));
    await pulumi("config", "rm", "former");
    await pulumi("up", "--yes", "--skip-preview", "--expect-no-changes");
  });

  it("retainOnDelete leaves all of it in the services (not proven: that nothing else deletes it)", async () => {
    const ask = servers.ask.bind(servers);
    const stock = async () => [
      (await ask<{ Buckets: { Name: string }[] }>("s3.ListBuckets", region)).Buckets.map(({ Name }) => Name),
      (
        await ask<{ BackupVaultList: { BackupVaultName: string }[] }>("backup.ListBackupVaults", region)
      ).BackupVaultList.map(({ BackupVaultName }) => BackupVaultName),
      (
        await ask<{ BackupPlansList: { BackupPlanId: string }[] }>("backup.ListBackupPlans", region)
      ).BackupPlansList.map(({ BackupPlanId }) => BackupPlanId),
      (await ask<{ Roles: { RoleName: string }[] }>("iam.ListRoles", region)).Roles.map(({ RoleName }) => RoleName),
      (await ask<{ Rules: { Name: string }[] }>("events.ListRules", region)).Rules.map(({ Name }) => Name),
      (await ask<{ MetricAlarms: { AlarmName: string }[] }>("cloudwatch.DescribeAlarms", region)).MetricAlarms.map(
        ({ AlarmName }) => AlarmName,
      ),
      (await ask<{ Functions: { FunctionName: string }[] }>("lambda.ListFunctions", region)).Functions.map(
        ({ FunctionName }) => FunctionName,
      ),
      (await ask<{ Topics: { TopicArn: string }[] }>("sns.ListTopics", region)).Topics.map(({ TopicArn }) => TopicArn),
    ];
    const before = await stock();
    assert.ok(
      before.every((names) => names.length > 0),
      JSON.stringify(before.map(({ length }) => length)),
    );
    const state = await held();
    // The key of a state bucket is protected whatever the program says.
    await pulumi("state", "unprotect", "--all", "--yes");
    await pulumi("destroy", "--yes", "--skip-preview");
    assert.equal((await held()).size, 0);
    assert.deepEqual(await stock(), before);
    // For the next test: what there is to take over.
    await set("adopted", JSON.stringify(Object.fromEntries(state)));
  });

  it("adopt takes every child over and makes none (not proven: what the real provider reads back)", async () => {
    const steps = await foreseen();
    assert.deepEqual(steps["replace"], undefined);
    assert.deepEqual(Object.keys(steps).sort(), ["create", "import"]);
    assert.deepEqual(
      steps["create"]!.filter(
        (type) =>
          !/^(Stack|Bucket(Backup)?|Backup\w+|RdsBackups|SnapshotPolicy|RestoreTesting|StateBucket)$/.test(type),
      ),
      [],
      "only components",
    );
    await pulumi("up", "--yes", "--skip-preview");
    await pulumi("config", "rm", "adopted");
    await pulumi("up", "--yes", "--skip-preview", "--expect-no-changes");
  });
});
