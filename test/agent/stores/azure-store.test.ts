// Backups into an Azure Blob server, small and in blocks, over a network that breaks; and identities without keys.
// Does not prove: Azure's own answers, and that immutability is enforced: this server knows none, so that the tests
// look at what the agent asks for. Lifecycle rules by tags are Azure's.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { AzureStore } from "../../../agent/stores/azure-store.js";
import { ObjectMissing, putObject } from "../../../agent/stores/store.js";
import { AzureServer } from "../support/azure-server.js";
import { localhostCertificate } from "../support/certificate.js";
import { FaultyProxy, type Fault } from "../support/faulty-proxy.js";
import { needPrograms } from "../../support/programs.js";
import { standInForPostgres } from "../support/stand-ins.js";
import { Workspace } from "../support/workspace.js";

describe("agent: Azure Blob", () => {
  const server = new AzureServer();
  const proxy = new FaultyProxy(() => server.endpoint);
  let workspace: Workspace;

  before(async function () {
    needPrograms(this, "azurite-blob", "age-keygen", "minisign");
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

  async function blobs(prefix: string, uncommitted = false): Promise<string[]> {
    const names: string[] = [];
    const options = { prefix, includeUncommitedBlobs: uncommitted };
    for await (const { name } of server.container.listBlobsFlat(options)) names.push(name);
    return names;
  }

  for (const [mode, expected] of [
    ["governance", "Unlocked"],
    ["compliance", "Locked"],
  ] as const) {
    it(`uploads in blocks, asks for ${expected} immutability, tags every blob, and reads it back`, async () => {
      const changes = {
        stores: [server.store({ prefix: "p", endpoint: proxy.endpoint })],
        asset: mode,
        lock: { mode, seconds: { hourly: 3600 } },
      };
      const run = await workspace.run(["backup"], changes, "azure");
      assert.equal(run.code, 0, run.stderr);
      const names = await blobs(`p/production/${mode}/`);
      assert.equal(names.length, 4);
      for (const name of names) {
        const { tags } = await server.container.getBlobClient(name).getTags();
        assert.deepEqual(tags, { "backup-tiers-keep-days": "1" });
      }
      const commits = proxy.seen.filter(({ url }) => url.includes("comp=blocklist"));
      assert.equal(commits.length, 4);
      for (const { headers } of commits) {
        assert.equal(headers["if-none-match"], "*");
        assert.equal(headers["x-ms-immutability-policy-mode"], expected);
        const until = Date.parse(String(headers["x-ms-immutability-policy-until-date"]));
        assert.ok(until > Date.now() + 3500_000 && until <= Date.now() + 3600_000);
      }
      const blocks = proxy.seen.filter(({ url }) => url.includes("comp=block&"));
      assert.equal(blocks.length, 4 + 3);
      assert.ok(blocks.every(({ headers }) => /^.{22}==$/.test(String(headers["content-md5"]))));
      const read = { ...changes, lock: undefined };
      const to = ["--identity", workspace.identityFiles[0], "--output", workspace.path("out")];
      const restored = await workspace.run(["restore", ...to], read, "azure");
      assert.equal(restored.code, 0, restored.stderr);
      assert.match(restored.result.message, /30000005 bytes/);
    });
  }

  it("says that a lock is missing where the container keeps none, and finds a blob that is gone", async () => {
    const changes = {
      stores: [server.store()],
      asset: "gone",
      lock: { mode: "governance", seconds: { hourly: 3600 } },
    };
    const { id } = (await workspace.run(["backup"], changes, "azure")).result;
    const unlocked = await workspace.run(["check", "--deep"], changes, "azure");
    assert.equal(unlocked.code, 3);
    assert.match(unlocked.result.message, new RegExp(`^${id} in offsite: its manifest shows no lock in place of`));
    const [first = ""] = await blobs("production/gone/");
    await server.container.deleteBlob(first);
    const gone = await workspace.run(["check"], changes, "azure");
    assert.match(gone.stderr, new RegExp(`${id}: offsite: its database is missing`));
  });

  it("never writes over an object, small or in parts", async () => {
    const store = new AzureStore(server.store());
    const forEver = { lock: undefined, keepDays: undefined };
    for (const [key, bytes] of [
      ["once/small", 10],
      ["once/large", 9_000_000],
    ] as const) {
      await putObject(store, key, Buffer.alloc(bytes, 1), forEver);
      await assert.rejects(putObject(store, key, Buffer.alloc(bytes + 1, 2), forEver), { statusCode: 409 });
      assert.ok((await store.readWhole(key)).equals(Buffer.alloc(bytes, 1)));
    }
    await assert.rejects(store.readWhole("once/missing"), ObjectMissing);
    store.close();
  });

  it("leaves nothing that is seen when the dumper fails", async () => {
    workspace.program(
      "pg_dump",
      '[ "$1" = --version ] && { echo "pg_dump (PostgreSQL) 15.1"; exit; }\nprintf PGDMP; head -c 30000000 /dev/urandom; exit 9',
    );
    const run = await workspace.run(["backup"], { stores: [server.store()], asset: "aborted" }, "azure");
    assert.equal(run.code, 1);
    assert.match(run.result.message, /^pg_dump ended with exit code 9/);
    assert.deepEqual(await blobs("production/aborted/"), []);
  });

  const passing: readonly [string, Fault][] = [
    ["503", { status: 503, body: "busy" }],
    ["a connection that breaks", "cut"],
    ["a connection on which nothing moves", "stall"],
    ["a lost answer", "lose-answer"],
  ];
  for (const [index, [what, fault]] of passing.entries()) {
    it(`goes on after ${what}`, async function () {
      this.timeout(240_000);
      const broken = new Set<string>();
      proxy.fault = ({ method, url }) => {
        // Each kind of request once: a block of the artefact, its list of blocks, and that of the manifest.
        const list = /\.(age|manifest\.json)\?.*comp=blocklist/.exec(url)?.[1];
        const kind = list ?? (url.includes("comp=block&") ? "block" : undefined);
        if (method !== "PUT" || kind === undefined || broken.has(kind)) return "pass";
        broken.add(kind);
        return fault;
      };
      // Long enough that on a busy machine only what the proxy holds is given up.
      const still = fault === "stall" ? { idleTimeoutSeconds: 8 } : {};
      const store = server.store({ endpoint: proxy.endpoint, ...still });
      const changes = { stores: [store], asset: `after-${String(index)}` };
      const run = await workspace.run(["backup"], changes, "azure");
      assert.equal(run.code, 0, run.stderr);
      assert.equal(broken.size, 3);
      const check = await workspace.run(["check", "--deep"], changes, "azure");
      assert.equal(check.code, 0, check.stderr);
    });
  }

  it("fails without a manifest when the server refuses, says why, and shows no key", async () => {
    const body =
      '<?xml version="1.0"?><Error><Code>AuthorizationPermissionMismatch</Code><Message>no right</Message></Error>';
    const headers = { "x-ms-error-code": "AuthorizationPermissionMismatch", "content-type": "application/xml" };
    proxy.fault = ({ method }) => (method === "PUT" ? { status: 403, body, headers } : "pass");
    const changes = { stores: [server.store({ endpoint: proxy.endpoint })], asset: "refused" };
    const run = await workspace.run(["backup"], changes, "azure");
    assert.equal(run.code, 1);
    assert.match(run.result.message, /AuthorizationPermissionMismatch/);
    assert.deepEqual(await blobs("production/refused/"), []);
    const nowhere = await workspace.run(["backup"], { stores: [server.store({ container: "nowhere" })] }, "azure");
    assert.match(
      nowhere.result.message,
      /^no store can be read: offsite \(azure container nowhere of tester\): .*ContainerNotFound/,
    );
    for (const { stderr, stdout } of [run, nowhere]) assert.ok(!(stderr + stdout).includes(server.key));
  });

  it("takes a token for the pod's federated one, which is workload identity on AKS", async () => {
    const asked: string[] = [];
    const certificate = localhostCertificate(workspace);
    const authority: Server = createServer(certificate, (request, response) => {
      asked.push(`${request.method ?? ""} ${request.url ?? ""}`);
      const at = `https://localhost:${String((authority.address() as AddressInfo).port)}/tenant`;
      const answer = request.url?.includes("openid-configuration")
        ? {
            token_endpoint: `${at}/token`,
            authorization_endpoint: `${at}/authorize`,
            issuer: `${at}/v2.0`,
            jwks_uri: at,
          }
        : { access_token: "token-of-the-pod", token_type: "Bearer", expires_in: 3600 };
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(answer));
    });
    await new Promise<void>((done) => authority.listen(0, "127.0.0.1", done));
    try {
      // The SDK sends tokens over TLS only.
      const secure: Server = createServer(certificate, (request, response) => {
        asked.push(`blob ${String(request.headers.authorization)}`);
        response.writeHead(200, { "content-type": "application/xml" });
        response.end('<?xml version="1.0"?><EnumerationResults><Blobs/><NextMarker/></EnumerationResults>');
      });
      await new Promise<void>((done) => secure.listen(0, "127.0.0.1", done));
      writeFileSync(workspace.path("federated"), "token-of-the-cluster");
      Object.assign(workspace.variables, {
        AZURE_TENANT_ID: "tenant",
        AZURE_CLIENT_ID: "client",
        AZURE_FEDERATED_TOKEN_FILE: workspace.path("federated"),
        AZURE_AUTHORITY_HOST: `https://localhost:${String((authority.address() as AddressInfo).port)}/`,
        NODE_EXTRA_CA_CERTS: certificate.certFile,
      });
      const endpoint = `https://localhost:${String((secure.address() as AddressInfo).port)}`;
      const store = {
        kind: "azure",
        name: "offsite",
        account: "a",
        container: "c",
        endpoint,
        caFile: certificate.certFile,
      };
      const run = await workspace.run(["list"], { stores: [store] }, "azure");
      assert.equal(run.code, 0, run.stderr);
      assert.ok(asked.includes("blob Bearer token-of-the-pod"), asked.join("\n"));
      secure.close();
    } finally {
      authority.close();
    }
  });
});
