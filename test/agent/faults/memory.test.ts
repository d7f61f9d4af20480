// Five GiB go through the whole pipeline into an S3 server, one half GiB of which does not compress: memory stays flat.
// Does not prove: the same beyond 120 GB, where the parts of an upload grow above 64 MiB.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { needPrograms, programPath } from "../../support/programs.js";
import { nodes } from "../support/nodes.js";
import { S3Server } from "../support/s3-server.js";
import { Workspace, ended } from "../support/workspace.js";

const mostResidentKilobytes = 256 * 1024;
const mebibyte = 1024 * 1024;

describe("agent: memory", () => {
  const server = new S3Server();
  before(async function () {
    needPrograms(this, "versitygw", "age-keygen", "minisign", "openssl");
    await server.start();
  });
  after(() => server.stop());

  for (const [compression, node] of nodes)
    it(`stays below 256 MB for a stream of 5 GiB, compressed by ${compression}`, async function () {
      needPrograms(this, node);
      this.timeout(600_000);
      // Random bytes at the speed of AES, so that the test does not measure /dev/urandom.
      const random = `head -c ${String(100 * mebibyte)} /dev/zero | openssl enc -aes-128-ctr -nosalt -K 00 -iv 00 2>/dev/null`;
      const script = `for i in 1 2 3 4 5; do ${random}; head -c ${String(924 * mebibyte)} /dev/zero; done`;
      const workspace = new Workspace({
        source: { kind: "command", command: ["sh", "-c", script] },
        stores: [server.store()],
      });
      workspace.node = programPath(node) ?? node;
      try {
        const report = workspace.path("memory");
        workspace.variables["MEMORY_REPORT"] = report;
        const run = await ended(workspace.start(["backup"], {}, "s3"));
        assert.equal(run.code, 0, run.stderr);
        assert.ok(Number(run.result["bytes"]) > 500 * mebibyte);
        const kilobytes = Number(readFileSync(report, "utf8"));
        assert.ok(kilobytes < mostResidentKilobytes, `${String(kilobytes)} KB`);
      } finally {
        workspace.remove();
      }
    });
});
