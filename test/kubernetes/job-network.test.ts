// What the NetworkPolicies of jobs say, for every kind of store. Does not prove that packets go that way: test/engine does,
// save for the servers of clouds, whose addresses are read from documents.
import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { type PodSettings, PostgresBackup, RestoreJob } from "../../components/kubernetes/index.js";
import type { BackupStore, StoreAccess } from "../../components/index.js";
import { keys } from "../support/keys.js";
import { record } from "../support/recorder.js";
import { egressOf } from "./support/cron-job.js";

interface Policy {
  readonly podSelector: object;
  readonly ingress?: unknown;
  readonly policyTypes: readonly string[];
  readonly egress: readonly { readonly to?: readonly object[]; readonly ports: readonly object[] }[];
}

const database = { host: "orders-db", database: "orders" };
const storeOf = (access: StoreAccess): BackupStore => ({
  name: "one",
  declaration: { location: { provider: "aws", region: "eu-west-1" } },
  access,
});
const backup = (access: StoreAccess, settings: PodSettings = {}) =>
  record(() => {
    new PostgresBackup("orders", {
      environment: "development",
      stores: [storeOf(access)],
      keys,
      database,
      ...settings,
    });
  });
type Recorded = Awaited<ReturnType<typeof backup>>;
const specOf = (all: Recorded, name: string) =>
  all.find(({ type, name: own }) => type.endsWith(":NetworkPolicy") && own === `${name}-network`)?.inputs[
    "spec"
  ] as Policy;
/** Address and ports of all that is opened beside name servers and ports that are open to everywhere. */
const serversOf = (all: Recorded) =>
  specOf(all, "orders")
    .egress.filter(({ to }) => to !== undefined)
    .slice(1)
    .map(({ to, ports }) => [
      to!.map((peer) => (peer as { ipBlock: { cidr: string } }).ipBlock.cidr),
      ports.map((each) => (each as { port: number }).port),
    ]);

const s3 = { kind: "s3", bucket: "b", region: "eu-west-1" } as const;
const gcs = { kind: "gcs", bucket: "b" } as const;
const azure = { kind: "azure", account: "a", container: "c" } as const;
const secret = { credentialsSecret: "credentials" };
const endpoint = "https://objects.example.com:9000";

describe("the network of a job", () => {
  const gke = [
    [["169.254.169.254/32"], [80, 8080]],
    [["169.254.169.252/32"], [987, 988]],
  ];
  const eks = [[["169.254.170.23/32", "fd00:ec2::23/128"], [80]]];
  const cases: readonly (readonly [string, StoreAccess, readonly number[], readonly unknown[]])[] = [
    ["a folder", { kind: "folder", claimName: "claim" }, [5432], []],
    ["AWS by the identity of its pod", s3, [5432, 443], eks],
    ["AWS by keys", { ...s3, ...secret }, [5432, 443], []],
    ["a server by keys", { ...s3, ...secret, endpoint }, [5432, 9000], []],
    ["a server by the identity of its pod", { ...s3, endpoint }, [5432, 9000, 443], eks],
    ["Google by the identity of its pod", gcs, [5432, 443], gke],
    ["Google by a key, which is changed into a token", { ...gcs, ...secret, endpoint }, [5432, 9000, 443], []],
    ["Azure by the identity of its pod", azure, [5432, 443], []],
    ["Azure by a connection string", { ...azure, ...secret, endpoint: "http://azurite:10000" }, [5432, 10_000], []],
  ];
  for (const [what, access, ports, servers] of cases)
    it(`opens what it needs: ${what}`, async () => {
      const all = await backup(access);
      assert.deepEqual([egressOf(all, "orders"), serversOf(all)], [ports, servers]);
    });

  it("waits for an address that is known only later", async () => {
    const all = await backup({ ...s3, ...secret, endpoint: pulumi.output(endpoint) });
    assert.deepEqual(egressOf(all, "orders"), [5432, 9000]);
  });

  it("opens a port once, and those that were asked for", async () => {
    const all = await backup({ ...s3, ...secret, endpoint }, { networkPolicy: { egressPorts: [9000, 9001, 5432] } });
    assert.deepEqual(egressOf(all, "orders"), [5432, 9000, 9001]);
  });

  it("opens name servers: at port 53 wherever they are, at any port where they are known pods", async () => {
    const { egress, ingress, policyTypes } = specOf(await backup(s3), "orders");
    assert.deepEqual([policyTypes, ingress], [["Ingress", "Egress"], undefined]);
    const [anywhere, pods] = egress;
    assert.deepEqual(anywhere, {
      ports: [
        { protocol: "UDP", port: 53 },
        { protocol: "TCP", port: 53 },
      ],
    });
    const named = (name: string) => ({ matchLabels: { "kubernetes.io/metadata.name": name } });
    assert.deepEqual(pods, {
      to: [
        { namespaceSelector: named("kube-system"), podSelector: { matchLabels: { "k8s-app": "kube-dns" } } },
        { namespaceSelector: named("openshift-dns") },
      ],
      ports: [{ protocol: "UDP" }, { protocol: "TCP" }],
    });
  });
});

describe("the network of a restore", () => {
  const restore = (settings: PodSettings = {}) =>
    record(() => {
      new RestoreJob("orders", {
        environment: "development",
        asset: "orders",
        store: storeOf({ ...s3, ...secret, endpoint }),
        into: { ...database, port: 5433 },
        identitySecret: { name: "backup-identity" },
        publicKeys: [],
        ...settings,
      });
    });

  it("is that of its server and its store, by the label that Kubernetes gives the pods of a Job", async () => {
    const all = await restore();
    assert.deepEqual(specOf(all, "orders").podSelector, { matchLabels: { "batch.kubernetes.io/job-name": "orders" } });
    assert.deepEqual(egressOf(all, "orders"), [5433, 9000]);
    const { metadata } = all.find(({ type }) => type.endsWith(":NetworkPolicy"))!.inputs as {
      metadata: { name: string };
    };
    assert.equal(metadata.name, "orders-restore", "the policy of a backup has the backup's name");
    const job = all.find(({ type }) => type === "kubernetes:batch/v1:Job")!.inputs["spec"] as {
      template: { metadata: { labels: Record<string, string> } };
    };
    assert.deepEqual(Object.keys(job.template.metadata.labels).sort(), [
      "app.kubernetes.io/managed-by",
      "backup-tiers/asset",
      "purpose",
    ]);
  });

  it("is left to others where none is asked for", async () => {
    assert.equal(specOf(await restore({ networkPolicy: "none" }), "orders"), undefined);
  });
});
