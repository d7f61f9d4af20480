// The network and the server between a run and its store fail: one table for S3, Cloud Storage and Azure Blob.
// Does not prove: the clouds' own servers; a proxy in front of versitygw, fake-gcs-server and Azurite breaks things.
import assert from "node:assert/strict";
import { AzureServer } from "../support/azure-server.js";
import { type Fault, FaultyProxy, type SeenRequest } from "../support/faulty-proxy.js";
import { GcsServer } from "../support/gcs-server.js";
import { needPrograms } from "../../support/programs.js";
import { S3Server } from "../support/s3-server.js";
import { Scene } from "../support/scene.js";

interface Row {
  readonly name: string;
  /** Which requests are broken, and how. */
  readonly fault: Fault;
  readonly of: (request: SeenRequest) => boolean;
  /** How many of them; all by default. */
  readonly times?: number;
  /** What runs; a backup by default. */
  readonly command?: "restore";
  readonly code: number;
  readonly message?: RegExp;
  /** Servers of the row; all by default. What SDKs of their own do is proven beside each store. */
  readonly servers?: readonly string[];
}

const write = ({ method }: SeenRequest): boolean => method === "PUT" || method === "POST";
const read = ({ method }: SeenRequest): boolean => method === "GET";
const artefact = (request: SeenRequest): boolean => write(request) && !request.url.includes("manifest");
const manifest = (request: SeenRequest): boolean => write(request) && /manifest\.json(?!\.minisig)/.test(request.url);
const signature = (request: SeenRequest): boolean => write(request) && request.url.includes("minisig");

const denied = { status: 403, body: "<Error><Code>AccessDenied</Code><Message>no right</Message></Error>" };
const proxyPage = { status: 502, body: "<html>bad gateway</html>", headers: { "content-type": "text/html" } };

const rows: readonly Row[] = [
  { name: "every write is refused with 403", fault: denied, of: write, code: 1, message: /403|AccessDenied/ },
  { name: "every write is answered with 404", fault: { status: 404 }, of: write, code: 1, message: /404/ },
  { name: "the listing is refused", fault: denied, of: read, code: 1, message: /^no store can be read: / },
  { name: "the manifest alone is refused", fault: denied, of: manifest, code: 1, message: /no store took the backup/ },
  { name: "the signature alone is refused", fault: denied, of: signature, code: 1, servers: ["s3"] },
  { name: "the server is busy three times", fault: { status: 503, body: "busy" }, of: write, times: 3, code: 0 },
  { name: "a gateway answers in HTML, once", fault: proxyPage, of: write, times: 1, code: 0 },
  {
    name: "the server stays busy",
    fault: { status: 503 },
    of: write,
    code: 1,
    message: /503/,
    servers: ["s3"],
  },
  { name: "the network is cut in the middle, and stays so", fault: "cut", of: artefact, code: 1 },
  { name: "the network is cut once", fault: "cut", of: write, times: 1, code: 0, servers: ["s3"] },
  { name: "the server stops answering, and stays so", fault: "stall", of: write, code: 1, servers: ["s3"] },
  { name: "the answer to the manifest is lost", fault: "lose-answer", of: manifest, times: 1, code: 0 },
  { name: "the network is slow", fault: { bytesPerSecond: 6e6 }, of: write, code: 0, servers: ["s3"] },
  { name: "a restore's answer breaks off", fault: "cut-answer", of: read, command: "restore", code: 1 },
  { name: "a restore is refused", fault: denied, of: read, command: "restore", code: 1 },
];

interface Server {
  readonly programs: string;
  readonly server: S3Server | GcsServer | AzureServer;
}

const servers: Readonly<Record<"s3" | "gcs" | "azure", Server>> = {
  s3: { programs: "versitygw", server: new S3Server() },
  gcs: { programs: "fake-gcs-server", server: new GcsServer() },
  azure: { programs: "azurite-blob", server: new AzureServer() },
};

for (const [family, { server, programs }] of Object.entries(servers)) {
  describe(`agent: faults of the network to ${family}`, () => {
    const proxy = new FaultyProxy(() => server.endpoint);
    // Spaces, other scripts, and what URLs would take apart.
    const prefix = "Büro 1/夜 & 100%+#?=";
    let scene: Scene;

    before(async function () {
      needPrograms(this, programs, "age-keygen", "minisign");
      await server.start();
      await proxy.start();
      const script = "head -c 12000000 /dev/urandom";
      scene = new Scene(family as keyof typeof servers, script, () => [server.store({ prefix })]);
      await scene.start();
    });
    beforeEach(() => {
      proxy.reset();
    });
    after(async () => {
      (scene as Scene | undefined)?.remove();
      await proxy.stop();
      await server.stop();
    });

    for (const row of rows.filter(({ servers: only }) => only?.includes(family) !== false)) {
      it(row.name, async function () {
        // What stays broken is tried several times; a run that hung would not end at all.
        this.timeout(240_000);
        let left = row.times ?? Infinity;
        proxy.fault = (request) => (row.of(request) && left-- > 0 ? row.fault : "pass");
        // Long enough that on a busy machine only what the proxy holds is given up.
        const still = row.fault === "stall" ? { idleTimeoutSeconds: 5 } : {};
        const broken = [server.store({ prefix, endpoint: proxy.endpoint, ...still })];
        const run = await scene.run(row.command === "restore" ? scene.restoring() : ["backup"], broken);
        assert.equal(run.code, row.code, run.stderr);
        assert.ok(left < (row.times ?? Infinity) || left === Infinity, "nothing was broken");
        if (row.message !== undefined) assert.match(run.result.message, row.message);
        if (row.command === "restore") assert.ok(!scene.restored, "a restore that failed left its file");
        await scene.assertInvariant(run);
      });
    }

    it("leaves nothing bad behind", () => scene.assertAllGood());
  });
}
