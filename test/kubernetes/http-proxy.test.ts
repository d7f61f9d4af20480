// What a proxy puts into pods and network policies, and what is refused. Does not prove that anything goes by it: the
// agent's own tests and test/engine do.
import assert from "node:assert/strict";
import { BackupStrategy } from "../../components/index.js";
import {
  BackupCheck,
  FolderStore,
  type HttpProxy,
  PostgresBackup,
  postgres,
  RestoreJob,
  VolumeSnapshots,
} from "../../components/kubernetes/index.js";
import { keys } from "../support/keys.js";
import { problemsOf } from "../support/problems.js";
import { record } from "../support/recorder.js";
import { cronJobOf, egressOf, podOf } from "./support/cron-job.js";

const https = "http://proxy.example.com:3128";
const database = { host: "orders-db", database: "orders" };
const common = () => {
  const near = new FolderStore("near", { environment: "development", size: "1Gi" });
  return { environment: "development", stores: [near], keys } as const;
};
const declare = (settings: object) => {
  new PostgresBackup("orders", { ...common(), database, ...settings });
};
const problems = (settings: object) =>
  problemsOf(() => {
    declare(settings);
  });
const direct = "localhost,127.0.0.1,::1,169.254.169.254,metadata.google.internal,.svc,.cluster.local";

describe("kubernetes.HttpProxy", () => {
  it("reaches the agent's container alone, in front of all that its text refers to", async () => {
    const proxy: HttpProxy = {
      https,
      http: "https://other.example.com",
      noProxy: ["example.internal", "10.0.0.0/8"],
      credentialsSecret: { name: "proxy" },
    };
    const all = await record(() => {
      declare({ proxy });
    });
    const { initContainers, containers } = podOf(cronJobOf(all));
    assert.deepEqual(containers[0]!.env!.slice(0, 4), [
      { name: "PROXY_CREDENTIALS", valueFrom: { secretKeyRef: { name: "proxy", key: "credentials" } } },
      { name: "HTTPS_PROXY", value: "http://$(PROXY_CREDENTIALS)@proxy.example.com:3128" },
      { name: "HTTP_PROXY", value: "https://$(PROXY_CREDENTIALS)@other.example.com" },
      { name: "NO_PROXY", value: `${direct},example.internal,10.0.0.0/8` },
    ]);
    assert.deepEqual(initContainers[0]!.env, undefined);
    assert.deepEqual(egressOf(all, "orders"), [5432, 3128, 443]);
  });

  it("sets no more than was asked for", async () => {
    const all = await record(() => {
      declare({ proxy: { https: "http://proxy" } });
    });
    const env = podOf(cronJobOf(all)).containers[0]!.env!;
    assert.deepEqual(env.slice(0, 2), [
      { name: "HTTPS_PROXY", value: "http://proxy" },
      { name: "NO_PROXY", value: direct },
    ]);
    assert.deepEqual(egressOf(all, "orders"), [5432, 80]);
  });

  it("refuses what is no proxy, and never repeats a password", async () => {
    const url = "be the URL of an HTTP proxy (kubernetes.HttpProxy)";
    const write = "write http://proxy.example.com:3128";
    assert.deepEqual(
      await problems({
        proxy: {
          https: "http://user:hidden@proxy:3128",
          http: "socks5://proxy:1080",
          noProxy: ["a,b"],
          credentialsSecret: {},
          port: 1,
        },
      }),
      [
        "proxy.port must be a key that is known (nothing reads other keys), got port; remove it or use one of https, http, noProxy, credentialsSecret",
        'proxy.https must hold no user and no password (they would stand in states and manifests), got "one that does (not shown)"; put user:password into a Secret, credentialsSecret',
        `proxy.http must ${url}, got "something else (not shown)"; ${write}`,
        'proxy.noProxy must be names, addresses and ranges, each an entry of its own (NO_PROXY), got "a,b"; write ["example.internal", "10.0.0.0/8"]',
        "proxy.credentialsSecret.name must name a Secret (Kubernetes), got nothing; see kubectl get secret",
      ],
    );
    for (const wrong of ["proxy:3128", "http://proxy/path", "http://proxy?x", "http://$(A)", "", 7])
      assert.deepEqual(await problems({ proxy: { https: wrong } }), [
        `proxy.https must ${url}, got "something else (not shown)"; ${write}`,
      ]);
    assert.deepEqual(await problems({ proxy: {} }), [`proxy.https must ${url}, got nothing; ${write}`]);
    assert.deepEqual(await problems({ proxy: { https, noProxy: "example.internal" } }), [
      'proxy.noProxy must be names, addresses and ranges, each an entry of its own (NO_PROXY), got "example.internal"; write ["example.internal", "10.0.0.0/8"]',
    ]);
  });

  it("is said once, and in variables without a password", async () => {
    assert.deepEqual(await problems({ env: { HTTPS_PROXY: https, NO_PROXY: "x" } }), []);
    assert.deepEqual(await problems({ env: { https_proxy: "http://user:hidden@proxy:3128" } }), [
      'env.https_proxy must hold no user and no password (they would stand in states and manifests), got "one that does (not shown)"; use proxy with its credentialsSecret',
    ]);
    assert.deepEqual(await problems({ proxy: { https }, env: { NO_PROXY: "x" } }), [
      'env.NO_PROXY must be left out beside proxy (both say how the world is reached), got "a value (not shown)"; say it once, in proxy',
    ]);
  });

  it("is checked wherever it can be given", async () => {
    const proxy = { https: "wrong" };
    const text = 'must be the URL of an HTTP proxy (kubernetes.HttpProxy), got "something else (not shown)"';
    const first = async (program: () => unknown) => (await problemsOf(program)).filter((line) => line.includes(text));
    const identitySecret = { name: "identity" };
    const strategy = await first(() => {
      const { stores, ...shared } = common();
      const terms = { drill: { identitySecret, proxy }, check: { proxy } };
      new BackupStrategy("all", {
        ...shared,
        stores: { near: stores[0] },
        assets: { orders: postgres({ ...database, proxy, ...terms }) },
      });
    });
    assert.deepEqual(
      strategy.map((line) => line.split(" ")[0]),
      ["assets.orders.proxy.https", "assets.orders.check.proxy.https", "assets.orders.drill.proxy.https"],
    );
    const others = [
      () => new BackupCheck("check", { ...common(), asset: "orders", kind: "postgres", proxy }),
      () => {
        const { stores, environment } = common();
        const from = { environment, store: stores[0], asset: "orders", publicKeys: [], identitySecret };
        new RestoreJob("restore", { ...from, into: database, proxy });
      },
      () => new VolumeSnapshots("snapshots", { environment: "development", driver: "csi.example.com", proxy }),
    ];
    for (const program of others) assert.equal((await first(program)).length, 1);
  });
});
