// A run is told to end, or is killed, at each stage of a backup into a store: it is held there until the signal has come.
// Does not prove: kills of the machine, nor out-of-memory kills by a cgroup, which are the same signal as here.
import assert from "node:assert/strict";
import { ListMultipartUploadsCommand } from "@aws-sdk/client-s3";
import { type Fault, FaultyProxy, type SeenRequest } from "../support/faulty-proxy.js";
import { needPrograms } from "../../support/programs.js";
import { S3Server } from "../support/s3-server.js";
import { Scene } from "../support/scene.js";
import { networkServers } from "../support/stored-objects.js";
import { ended } from "../support/workspace.js";

type Stages = Readonly<Record<string, (request: SeenRequest) => boolean>>;
type Family = keyof typeof networkServers;

const reads = ({ method }: SeenRequest): boolean => method === "GET";
const writes = ({ method, url }: SeenRequest, name: RegExp): boolean => method !== "GET" && name.test(url);

const stagesOf: Readonly<Record<Family, Stages>> = {
  s3: {
    "lists the store": ({ method, url }) => method === "GET" && url.includes("list-type"),
    "begins its upload": ({ method, url }) => method === "POST" && url.includes("uploads"),
    "sends a part": ({ url }) => url.includes("partNumber=2"),
    "completes its upload": ({ method, url }) => method === "POST" && url.includes("uploadId"),
    "writes the signature": ({ method, url }) => method === "PUT" && url.includes("minisig"),
    "writes the manifest": ({ method, url }) => method === "PUT" && /manifest\.json\?/.test(url),
  },
  gcs: {
    "lists the store": reads,
    "begins its upload": (request) => writes(request, /uploadType=resumable/),
    "sends a part": ({ headers }) => /^bytes 8388608-\d+\/\*$/.test(headers["content-range"] ?? ""),
    "completes its upload": ({ headers }) => /^bytes \d+-\d+\/\d+$/.test(headers["content-range"] ?? ""),
    "writes the signature": (request) => writes(request, /minisig/),
    "writes the manifest": (request) => writes(request, /manifest\.json(&|$)/),
  },
  azure: {
    "lists the store": reads,
    "sends a part": (request) => writes(request, /\.age\?.*comp=block&/),
    "completes its upload": (request) => writes(request, /\.age\?.*comp=blocklist/),
    "writes the signature": (request) => writes(request, /minisig/),
    "writes the manifest": (request) => writes(request, /manifest\.json\?.*comp=blocklist/),
  },
};

for (const [name, { program, make }] of Object.entries(networkServers)) {
  const family = name as Family;

  describe(`agent: faults by signals, into ${family}`, () => {
    const server = make();
    const proxy = new FaultyProxy(() => server.endpoint);
    let scene: Scene;

    before(async function () {
      needPrograms(this, program, "age-keygen", "minisign");
      await server.start();
      await proxy.start();
      scene = new Scene(family, "head -c 20000000 /dev/urandom", () => [server.store()]);
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

    for (const signal of ["SIGTERM", "SIGKILL"] as const) {
      for (const [stage, matches] of Object.entries(stagesOf[family])) {
        it(`${signal} while it ${stage}`, async () => {
          let release: () => void = () => undefined;
          const released = new Promise<void>((done) => (release = done));
          const reached = new Promise<void>((done) => {
            proxy.fault = async (request): Promise<Fault> => {
              if (!matches(request)) return "pass";
              done();
              await released;
              return "pass";
            };
          });
          const stores = [server.store({ endpoint: proxy.endpoint })];
          const child = scene.workspace.start(["backup"], { stores }, family);
          const run = ended(child);
          await reached;
          child.kill(signal);
          release();
          const { code, result, stderr } = await run;
          if (signal === "SIGKILL") assert.equal(code, null, stderr);
          // Once the data is whole, a run that is told to end ends what it began.
          else if (code === 1) assert.equal(result.message, "ended by SIGTERM");
          else assert.equal(code, 0, stderr);
          await scene.assertInvariant({ code, result, stderr, stdout: "" });
          if (signal === "SIGKILL" || !(server instanceof S3Server)) return;
          const { Uploads } = await server.client.send(new ListMultipartUploadsCommand({ Bucket: "backups" }));
          assert.deepEqual(Uploads ?? [], []);
        });
      }
    }

    it("leaves nothing bad behind", () => scene.assertAllGood());
  });
}
