// The examples, previewed offline as a user would: their children's identities against the golden file, and the Todo
// application's matrix against its guide, cell by cell. Does not prove that an engine can create what is listed.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const root = join(__dirname, "..");
const environments = ["development", "staging", "production"] as const;
const programs: Readonly<Record<string, readonly string[]>> = {
  ".": environments,
  "examples/todo-app": environments,
  "examples/backstage-idp": ["production"],
  "examples/quickstart": ["development", "staging"],
};

interface Document {
  readonly resources: readonly {
    readonly urn: string;
    readonly type: string;
    readonly name: string;
    readonly parent: string | null;
    readonly inputs: Record<string, unknown>;
  }[];
  readonly plan: {
    readonly assets: readonly Asset[];
    readonly issues: readonly { readonly level: string; readonly message: string }[];
    readonly unprotected: readonly { readonly name: string; readonly reason: string }[];
  };
  readonly outputs: Record<string, unknown>;
}

interface Asset {
  readonly name: string;
  readonly frequency: unknown;
  readonly schedule: { readonly cron: string | null };
  readonly retention: Record<string, unknown>;
  readonly longestGapSeconds: number | null;
  readonly copies: readonly { readonly store: string }[];
  readonly lock: unknown;
  readonly targets: { readonly rtoSeconds: number | null };
}

async function preview(program: string, stack: string): Promise<Document> {
  const { stdout } = await run(
    process.execPath,
    [join(root, "dist/cli/main.js"), "preview", join(root, program), "--stack", stack, "--json"],
    {
      maxBuffer: 64e6,
    },
  );
  return JSON.parse(stdout) as Document;
}

describe("the examples", () => {
  const documents = new Map<string, Document>();
  before(async () => {
    for (const [program, stacks] of Object.entries(programs))
      for (const stack of stacks) documents.set(`${program} ${stack}`, await preview(program, stack));
  });
  const document = (program: string, stack: string) => documents.get(`${program} ${stack}`)!;

  it("keep the type, name and parent of every child: users' stacks depend on them", () => {
    const lines = [...documents].flatMap(([title, { resources }]) => [
      `# ${title}`,
      // Defaults of a provider carry its version; in which order children arrive is the engine's affair.
      ...resources
        .filter(({ type }) => !type.startsWith("pulumi:providers:"))
        .map(({ type, name, parent }) => `${type} ${name} < ${parent?.split("::").slice(2).join("::") ?? "-"}`)
        .sort(),
    ]);
    const path = join(root, "test/golden/identity.txt");
    const text = `${lines.join("\n")}\n`;
    if (!existsSync(path) && process.env["CI"] !== "true") writeFileSync(path, text);
    assert.equal(
      text,
      readFileSync(path, "utf8"),
      "a change of identity replaces resources of existing stacks; delete the golden file to accept it",
    );
  });

  it("have no issue that is an error", () => {
    const errors = [...documents].flatMap(([title, { plan }]) =>
      plan.issues.filter(({ level }) => level === "error").map(({ message }) => `${title}: ${message}`),
    );
    assert.deepEqual(errors, []);
  });

  it("give the Todo application the matrix of its guide, cell by cell", () => {
    const cells = environments.map((stack) => {
      const { plan, resources } = document("examples/todo-app", stack);
      const [database, application] = ["database", "application"].map((name) =>
        plan.assets.find((asset) => asset.name === name)!,
      );
      const inputs = (type: string) =>
        resources.find((resource) => resource.type === type)!.inputs as {
          spec?: { resources: { requests: { storage: string } } };
          deletionPolicy?: string;
        };
      return {
        stack,
        database: database!.schedule.cron,
        application: application!.schedule.cron,
        retention: [database!.retention, application!.retention],
        storage: inputs("kubernetes:core/v1:PersistentVolumeClaim").spec!.resources.requests.storage,
        snapshots: inputs("kubernetes:snapshot.storage.k8s.io/v1:VolumeSnapshotClass").deletionPolicy,
        copies: database!.copies.length,
      };
    });
    assert.deepEqual(cells, [
      {
        stack: "development",
        database: "0 2 * * *",
        application: "0 3 * * *",
        retention: [{ daily: 7 }, { daily: 7 }],
        storage: "10Gi",
        snapshots: "Delete",
        copies: 1,
      },
      {
        stack: "staging",
        database: "0 2 * * *",
        application: "0 3 * * *",
        retention: [{ daily: 14 }, { daily: 14 }],
        storage: "25Gi",
        snapshots: "Retain",
        copies: 1,
      },
      {
        stack: "production",
        database: "0 */6 * * *",
        application: "0 3 * * *",
        retention: [{ hourly: 14 }, { daily: 14 }],
        storage: "50Gi",
        snapshots: "Retain",
        copies: 1,
      },
    ]);
  });

  it("name the Todo application's objects as its guide's commands do", () => {
    const names = document("examples/todo-app", "production")
      .resources.filter(({ type }) => /CronJob|PersistentVolumeClaim|VolumeSnapshotClass/.test(type))
      .map(({ inputs }) => (inputs as { metadata: { name: string; labels: Record<string, string> } }).metadata)
      .map(({ name, labels }) => `${name} purpose=${labels["purpose"] ?? ""}`)
      .sort();
    assert.deepEqual(names, [
      "todo-application-backup-scheduled purpose=backup",
      "todo-backup-pvc purpose=backup",
      "todo-backup-snapshot-class purpose=backup",
      "todo-database-backup purpose=backup",
    ]);
  });

  it("give the Backstage platform what its guide backs up, leaves out and promises, cell by cell", () => {
    const { plan, outputs } = document("examples/backstage-idp", "production");
    assert.deepEqual(
      plan.assets.map(({ name, schedule, retention, copies, targets }) => [
        name,
        schedule.cron,
        retention,
        copies.length,
        targets.rtoSeconds,
      ]),
      [
        ["catalogue", "0 2 * * *", { daily: 30 }, 2, 300],
        ["terraform-state", null, { pitrDays: 3653 }, 2, null],
        ["volumes", "0 3 * * *", { daily: 7 }, 2, 900],
      ],
    );
    const scenarios = outputs["recovery"] as Record<string, string>[];
    assert.deepEqual(
      scenarios.map(({ scenario, detection, response, rto }) => [scenario, detection, response, rto]),
      [
        ["Pod crash", "Pod not ready", "Auto-restart via K8s", "< 1 min"],
        ["Database corruption", "Query failures", "Restore from backup", "5 min"],
        ["PVC failure", "Volume errors", "Restore from EBS snapshot", "15 min"],
        ["Node failure", "Node NotReady", "Auto-replace via ASG", "5 min"],
        ["AZ outage", "Multi-AZ deployment", "Traffic shifts automatically", "< 1 min"],
        ["Region outage", "Manual detection", "Full DR in new region", "45 min"],
        ["Accidental deletion", "User report", "Restore from backup", "10 min"],
      ],
    );
    const readme = readFileSync(join(root, "examples/backstage-idp/README.md"), "utf8").replace(/ +/g, " ");
    for (const { scenario, detection, response, rto, by } of scenarios)
      assert.ok(readme.includes(`| ${[scenario, detection, response, rto, by].join(" | ")} |`), scenario);
    for (const { name, reason } of plan.unprotected) assert.ok(readme.includes(`| ${name} | ${reason} |`), name);
    assert.equal(plan.unprotected.length, 8);
  });
});
