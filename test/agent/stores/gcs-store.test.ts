// Backups into a Cloud Storage server, small and in parts, over a network that breaks; and identities without keys.
// Does not prove: Google's own answers, that retention is enforced (this server only keeps it), nor lifecycle rules.
// The server ends an upload when it is asked how far it is, so that the proxy answers that question as Google documents.
import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import { writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { GcsStore } from "../../../agent/stores/gcs-store.js";
import { ObjectMissing, putObject } from "../../../agent/stores/store.js";
import { FaultyProxy, type Fault, type SeenRequest } from "../support/faulty-proxy.js";
import { GcsServer } from "../support/gcs-server.js";
import { needPrograms } from "../../support/programs.js";
import { standInForPostgres } from "../support/stand-ins.js";
import { Workspace } from "../support/workspace.js";

const day = 24 * 60 * 60 * 1000;

describe("agent: Cloud Storage", () => {
  const server = new GcsServer();
  const proxy = new FaultyProxy(() => server.endpoint);
  let workspace: Workspace;

  before(async function () {
    needPrograms(this, "fake-gcs-server", "age-keygen", "minisign");
    await server.start();
    await proxy.start();
  });
  after(async () => {
    await proxy.stop();
    await server.stop();
  });
  beforeEach(() => {
    proxy.reset();
    workspace = new Workspace({ source: { kind: "postgres", host: "db", database: "shop", user: "u" } });
    standInForPostgres(workspace, "head -c 30000000 /dev/urandom");
  });
  afterEach(() => {
    workspace.remove();
  });

  for (const [mode, expected] of [
    ["governance", "Unlocked"],
    ["compliance", "Locked"],
  ] as const) {
    it(`uploads in parts with ${expected} retention and the time of deletion, and reads it back`, async () => {
      const changes = {
        stores: [server.store({ prefix: "p" })],
        asset: mode,
        lock: { mode, seconds: { hourly: 3600 } },
      };
      const began = Date.now();
      const run = await workspace.run(["backup"], changes, "gcs");
      assert.equal(run.code, 0, run.stderr);
      const objects = await server.objects(`p/production/${mode}/`);
      assert.equal(objects.length, 4);
      for (const { customTime, retention, name } of objects) {
        assert.equal(retention?.mode, expected, name);
        const until = Date.parse(retention.retainUntilTime);
        assert.ok(until > began + 3500_000 && until < Date.now() + 3600_000, retention.retainUntilTime);
        const kept = Date.parse(customTime);
        assert.ok(kept >= began + day - 1000 && kept <= Date.now() + day, customTime);
      }
      const check = await workspace.run(["check", "--deep"], changes, "gcs");
      assert.equal(check.code, 0, check.stderr);
      const to = ["--identity", workspace.identityFiles[0], "--output", workspace.path("out")];
      const restored = await workspace.run(["restore", ...to], changes, "gcs");
      assert.equal(restored.code, 0, restored.stderr);
      assert.match(restored.result.message, /30000005 bytes/);
    });
  }

  it("finds an object that is gone", async () => {
    const changes = {
      stores: [server.store()],
      asset: "gone",
      lock: { mode: "governance", seconds: { hourly: 3600 } },
    };
    const { id } = (await workspace.run(["backup"], changes, "gcs")).result;
    const [first] = await server.objects("production/gone/");
    await server.remove(first?.name ?? "");
    const check = await workspace.run(["check"], changes, "gcs");
    assert.equal(check.code, 3);
    assert.match(check.stderr, new RegExp(`${id}: offsite: its database is missing`));
  });

  it("never writes over an object, small or in parts", async () => {
    const store = new GcsStore(server.store());
    const forEver = { lock: undefined, keepDays: undefined };
    for (const [key, bytes] of [
      ["once/small", 10],
      ["once/large", 9_000_000],
    ] as const) {
      await putObject(store, key, Buffer.alloc(bytes, 1), forEver);
      await assert.rejects(putObject(store, key, Buffer.alloc(bytes + 1, 2), forEver), { statusCode: 412 });
      assert.ok((await store.readWhole(key)).equals(Buffer.alloc(bytes, 1)));
    }
    await assert.rejects(store.readWhole("once/missing"), ObjectMissing);
    store.close();
  });

  it("leaves nothing when the dumper fails", async () => {
    workspace.program(
      "pg_dump",
      '[ "$1" = --version ] && { echo "pg_dump (PostgreSQL) 15.1"; exit; }\nprintf PGDMP; head -c 30000000 /dev/urandom; exit 9',
    );
    const changes = { stores: [server.store({ endpoint: proxy.endpoint })], asset: "aborted" };
    const run = await workspace.run(["backup"], changes, "gcs");
    assert.equal(run.code, 1);
    assert.match(run.result.message, /^pg_dump ended with exit code 9/);
    assert.deepEqual(await server.objects("production/aborted/"), []);
    assert.ok(proxy.seen.some(({ method, url }) => method === "DELETE" && url.includes("upload_id=")));
  });

  /** Breaks the second part in some way, once, and answers how far the upload is. */
  function breakSecondPart(fault: Fault): { readonly broken: () => boolean } {
    let kept = 0;
    let broken = false;
    proxy.fault = (request) => {
      const range = rangeOf(request);
      if (range === undefined) return "pass";
      if (range.asks) {
        return { status: 308, headers: kept === 0 ? {} : { range: `bytes=0-${String(kept - 1)}` } };
      }
      if (range.first === 8 * 1024 * 1024 && !broken) {
        broken = true;
        return fault;
      }
      kept = range.end;
      return "pass";
    };
    return { broken: () => broken };
  }

  const passing: readonly [string, Fault][] = [
    ["503", { status: 503, body: "busy" }],
    ["429", { status: 429 }],
    ["a connection that breaks", "cut"],
    ["a connection on which nothing moves", "stall"],
  ];
  for (const [what, fault] of passing) {
    it(`goes on after ${what}`, async function () {
      this.timeout(240_000);
      const fate = breakSecondPart(fault);
      // Long enough that on a busy machine only what the proxy holds is given up.
      const still = fault === "stall" ? { idleTimeoutSeconds: 8 } : {};
      const store = server.store({ endpoint: proxy.endpoint, ...still });
      const changes = { stores: [store], asset: `after-${String(passing.findIndex(([name]) => name === what))}` };
      const run = await workspace.run(["backup"], changes, "gcs");
      assert.equal(run.code, 0, run.stderr);
      assert.ok(fate.broken());
      const check = await workspace.run(["check", "--deep"], changes, "gcs");
      assert.equal(check.code, 0, check.stderr);
    });
  }

  it("takes a small object for its own when only the answer was lost", async () => {
    const lost = new Set<string>();
    proxy.fault = ({ url }) => {
      if (!url.includes("uploadType=multipart") || lost.has(url)) return "pass";
      lost.add(url);
      return "lose-answer";
    };
    const changes = { stores: [server.store({ endpoint: proxy.endpoint })], asset: "lost" };
    const run = await workspace.run(["backup"], changes, "gcs");
    assert.equal(run.code, 0, run.stderr);
    assert.equal(lost.size, 3);
  });

  it("fails without a manifest when the server refuses, and says why", async () => {
    for (const [fault, reason] of [
      [
        { status: 403, body: '{"error":{"code":403,"message":"no setRetention","errors":[{"reason":"forbidden"}]}}' },
        /GcsRefusal: 403 forbidden: no setRetention/,
      ],
      [{ status: 400, body: "<html>no</html>" }, /GcsRefusal: 400 <html>/],
    ] as const) {
      proxy.fault = ({ method }) => (method === "POST" ? fault : "pass");
      const changes = { stores: [server.store({ endpoint: proxy.endpoint })], asset: "refused" };
      const run = await workspace.run(["backup"], changes, "gcs");
      assert.equal(run.code, 1);
      assert.match(run.result.message, reason);
      assert.deepEqual(await server.objects("production/refused/"), []);
    }
    const nowhere = await workspace.run(["backup"], { stores: [server.store({ bucket: "nowhere" })] }, "gcs");
    assert.match(
      nowhere.result.message,
      /^no store can be read: offsite \(gcs bucket nowhere in .*\): GcsRefusal: 404/,
    );
  });

  describe("identities", () => {
    let asked: string[] = [];
    let tokens: Server;

    before(async () => {
      tokens = createServer((request, response) => {
        asked.push(`${request.method ?? ""} ${request.url ?? ""}`);
        const expires = { expires_in: 3600, token_type: "Bearer" };
        const issued = "urn:ietf:params:oauth:token-type:access_token";
        response.writeHead(200, { "metadata-flavor": "Google", "content-type": "application/json" });
        response.end(JSON.stringify({ access_token: "token-of-the-pod", issued_token_type: issued, ...expires }));
      });
      await new Promise<void>((done) => tokens.listen(0, "127.0.0.1", done));
    });
    after(() => tokens.close());
    beforeEach(() => {
      asked = [];
    });

    const address = (): string => `127.0.0.1:${String((tokens.address() as AddressInfo).port)}`;

    async function assertToken(changes: object): Promise<void> {
      const store = { ...server.store({ endpoint: proxy.endpoint }), ...changes };
      const run = await workspace.run(["list"], { stores: [store], asset: "identities" }, "gcs");
      assert.equal(run.code, 0, run.stderr);
      assert.ok(proxy.seen.length > 0);
      for (const { headers } of proxy.seen) assert.equal(headers.authorization, "Bearer token-of-the-pod");
    }

    it("takes a token of the metadata server, which is workload identity on GKE", async () => {
      workspace.variables["GCE_METADATA_HOST"] = address();
      await assertToken({ credentialsFile: undefined });
      assert.ok(
        asked.some((line) => line.includes("/service-accounts/default/token")),
        asked.join("\n"),
      );
    });

    it("exchanges a token by a workload identity federation's file", async () => {
      writeFileSync(workspace.path("token"), "token-of-another-cloud");
      const federation = {
        type: "external_account",
        audience: "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/pool/providers/p",
        subject_token_type: "urn:ietf:params:oauth:token-type:jwt",
        token_url: `http://${address()}/v1/token`,
        credential_source: { file: workspace.path("token") },
      };
      const credentialsFile = workspace.path("federation.json");
      writeFileSync(credentialsFile, JSON.stringify(federation));
      await assertToken({ credentialsFile });
      assert.ok(asked.includes("POST /v1/token"), asked.join("\n"));
    });
  });
});

function rangeOf({ method, headers }: SeenRequest): { asks: boolean; first: number; end: number } | undefined {
  const range = headers["content-range"];
  if (method !== "PUT" || range === undefined) return undefined;
  const [, first, last] = /^bytes (\d+)-(\d+)\//.exec(range) ?? [];
  return { asks: first === undefined, first: Number(first), end: Number(last) + 1 };
}
