// The bundles: the same bytes each time, small enough for a ConfigMap, with their licences, and alone in a folder.
// Does not prove: that they run in every image; test/engine starts them in pods.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { agentBundle, bundleFamilies } from "./support/workspace.js";

describe("agent: bundles", () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "agent-bundle-again-"));
  });
  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it("are the same bytes each time, gzip to less than 900 KB and carry their licences", () => {
    const built = spawnSync(process.execPath, ["scripts/bundle-agent.mjs", folder], { encoding: "utf8" });
    assert.equal(built.status, 0, built.stderr);
    const expected = [...bundleFamilies]
      .sort()
      .flatMap((family) => ["", ".LEGAL.txt", ".gz"].map((end) => `agent-${family}.cjs${end}`));
    assert.deepEqual(readdirSync(folder).sort(), expected);
    for (const family of bundleFamilies) {
      const again = readFileSync(join(folder, `agent-${family}.cjs`));
      assert.ok(again.equals(readFileSync(agentBundle(family))));
      const gzipped = readFileSync(join(folder, `agent-${family}.cjs.gz`));
      assert.ok(gzipped.equals(readFileSync(`${agentBundle(family)}.gz`)));
      assert.ok(gunzipSync(gzipped).equals(again));
      assert.ok(gzipped.length < 900_000);
    }
    assert.match(readFileSync(join(folder, "agent-s3.cjs.LEGAL.txt"), "utf8"), /^@aws-sdk\/client-s3 /m);
  });

  it("need nothing beside node", () => {
    const alone = mkdtempSync(join(tmpdir(), "agent-alone-"));
    try {
      for (const family of bundleFamilies) {
        const file = join(alone, "agent.cjs");
        copyFileSync(agentBundle(family), file);
        const run = spawnSync(process.execPath, [file, "--help"], { encoding: "utf8", cwd: alone, env: {} });
        assert.equal(run.status, 0, run.stderr);
        assert.match(run.stdout, /^usage: agent <command> --config FILE/);
      }
    } finally {
      rmSync(alone, { recursive: true, force: true });
    }
  });
});
