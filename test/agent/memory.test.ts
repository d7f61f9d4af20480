// One GiB that hardly compresses goes through the whole pipeline: memory stays flat.
// Does not prove: the same for the largest parts of an S3 upload, which grow after 8 GB.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { needPrograms } from "./support/programs.js";
import { standInForPostgres } from "./support/stand-ins.js";
import { ended, Workspace } from "./support/workspace.js";

const mostResidentKilobytes = 256 * 1024;

describe("agent: memory", () => {
  it("stays below 256 MB for a dump of 1 GiB", async function () {
    needPrograms(this, "age-keygen", "minisign", "openssl");
    this.timeout(180_000);
    const workspace = new Workspace({ source: { kind: "postgres", host: "db", database: "shop", user: "u" } });
    try {
      // Random bytes at the speed of AES, so that the test does not measure /dev/urandom.
      standInForPostgres(
        workspace,
        "head -c 1073741824 /dev/zero | openssl enc -aes-128-ctr -nosalt -K 00 -iv 00 2>/dev/null",
      );
      const report = workspace.path("memory");
      workspace.variables["MEMORY_REPORT"] = report;
      const run = await ended(workspace.start(["backup"]));
      assert.equal(run.code, 0, run.stderr);
      assert.ok(Number(run.result["bytes"]) > 1_073_741_824);
      const kilobytes = Number(readFileSync(report, "utf8"));
      assert.ok(kilobytes < mostResidentKilobytes, `${String(kilobytes)} KB`);
    } finally {
      workspace.remove();
    }
  });
});
