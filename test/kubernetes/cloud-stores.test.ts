// Stores of several clouds in one pod: the bundle that reaches them, their configuration, their mounted credentials.
// Does not prove that the agent reaches them: test/agent/stores does.
import assert from "node:assert/strict";
import type { AgentConfig } from "../../components/model/index.js";
import type { BackupStore, StoreAccess } from "../../components/index.js";
import { bundleFamily } from "../../components/kubernetes/agent-bundle.js";
import { PostgresBackup } from "../../components/kubernetes/index.js";
import { keys } from "../support/keys.js";
import { record } from "../support/recorder.js";

const s3: StoreAccess = { kind: "s3", bucket: "b", region: "eu-west-1" };
const gcs: StoreAccess = {
  kind: "gcs",
  bucket: "b",
  prefix: "p",
  credentialsSecret: "google",
  idleTimeoutSeconds: 300,
};
const azure: StoreAccess = { kind: "azure", account: "a", container: "c", credentialsSecret: "azure" };

describe("kubernetes: stores of several clouds", () => {
  it("takes the smallest bundle that reaches all", () => {
    assert.deepEqual(
      [[], ["folder"], ["s3", "s3"], ["folder", "gcs"], ["azure"], ["s3", "folder", "azure"]].map((kinds) =>
        bundleFamily(kinds as StoreAccess["kind"][]),
      ),
      ["folder", "folder", "s3", "gcs", "azure", "all"],
    );
  });

  it("tells the agent where each is and where its credentials are", async () => {
    const all = await record(() => {
      const stores = { one: store("one", s3), two: store("two", gcs), three: store("three", azure) };
      new PostgresBackup("orders", {
        environment: "production",
        database: { host: "db", database: "orders" },
        stores,
        keys,
      });
    });
    const job = all.find(({ type }) => type === "kubernetes:batch/v1:CronJob");
    const pod = (job?.inputs as { spec: { jobTemplate: { spec: { template: { spec: PodShape } } } } }).spec.jobTemplate
      .spec.template.spec;
    const { env, volumeMounts } = pod.containers[0]!;
    const { stores } = JSON.parse(env[0]!.value) as AgentConfig;
    assert.deepEqual(stores, [
      { kind: "s3", name: "one", bucket: "b", region: "eu-west-1" },
      {
        kind: "gcs",
        name: "two",
        bucket: "b",
        prefix: "p",
        idleTimeoutSeconds: 300,
        credentialsFile: "/secrets/store-1/credentials.json",
      },
      {
        kind: "azure",
        name: "three",
        account: "a",
        container: "c",
        connectionStringFile: "/secrets/store-2/connectionString",
      },
    ]);
    const mounted = volumeMounts.filter(({ name }) => name.startsWith("store-")).map(({ mountPath }) => mountPath);
    assert.deepEqual(mounted, ["/secrets/store-1", "/secrets/store-2"]);
  });

  it("refuses a time limit that the agent would refuse", async () => {
    const declared = record(() => {
      const stores = [store("one", { ...s3, idleTimeoutSeconds: 0.5 })];
      const database = { host: "db", database: "orders" };
      new PostgresBackup("orders", { environment: "production", database, stores, keys });
    });
    await assert.rejects(declared, (error: Error) => {
      const expected =
        "stores[0].access.idleTimeoutSeconds must be whole seconds above 0 (the agent), got 0.5; write 120, or leave it out";
      assert.ok(error.message.includes(expected), error.message);
      return true;
    });
  });
});

interface PodShape {
  readonly containers: readonly {
    readonly env: readonly { readonly value: string }[];
    readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string }[];
  }[];
}

function store(name: string, access: StoreAccess): BackupStore {
  return { name, declaration: { location: { provider: access.kind, region: name } }, access };
}
