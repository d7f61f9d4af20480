// Backups that are compressed with zstd, as a newer Node.js makes them than the oldest that the agent runs under.
// Does not prove: other versions of zstd than those of node and of the stock program.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { needPrograms, programPath, runProgram } from "../support/programs.js";
import { replaceArtefact } from "./support/altered-artefact.js";
import { nodes } from "./support/nodes.js";
import { Workspace } from "./support/workspace.js";

describe("agent: zstd", () => {
  const older = process.execPath;
  let newer: string;
  let workspace: Workspace;

  before(function () {
    const [[, node]] = nodes;
    needPrograms(this, "age-keygen", "minisign", node);
    newer = programPath(node) ?? node;
    // What compresses and what does not, in more than one block.
    const script = "head -c 3000000 /dev/urandom; seq 1 500000";
    const drill = { command: ["sh", "-c", "cat > restored"] };
    workspace = new Workspace({ source: { kind: "command", command: ["true"] }, drill });
    const command = ["sh", "-c", `(${script}) | tee ${workspace.path("given")}`];
    Object.assign(workspace.config, { source: { kind: "command", command } });
    workspace.node = newer;
  });
  after(() => {
    (workspace as Workspace | undefined)?.remove();
  });

  const identity = (): string[] => ["--identity", workspace.identityFiles[0]];
  const hash = (name: string): string =>
    createHash("sha256")
      .update(readFileSync(workspace.path(name)))
      .digest("hex");

  it("gives back the very bytes, smaller than they were, and is checked and drilled", async () => {
    const made = await workspace.run(["backup"]);
    assert.equal(made.code, 0, made.stderr);
    assert.ok(workspace.storedFile(".zst.age"));
    assert.ok(Number(made.result["bytes"]) < readFileSync(workspace.path("given")).length * 0.8);
    const restored = await workspace.run(["restore", ...identity(), "--output", workspace.path("out")]);
    assert.equal(restored.code, 0, restored.stderr);
    assert.equal(hash("out"), hash("given"));
    for (const args of [
      ["check", "--deep"],
      ["drill", ...identity()],
    ]) {
      const run = await workspace.run(args);
      assert.equal(run.code, 0, run.stderr);
    }
  });

  it("is restored whatever frames the stock program made of it, many of them in one chunk", async function () {
    needPrograms(this, "zstd", "age");
    const given = readFileSync(workspace.path("given"));
    const frames: Buffer[] = [];
    for (let begin = 0; begin < given.length;) {
      const end: number = begin + (frames.length < 200 ? 1000 : given.length);
      frames.push(runProgram("zstd", ["-cq"], given.subarray(begin, end)));
      begin = end;
    }
    replaceArtefact(workspace, Buffer.concat(frames), given.length);
    const restored = await workspace.run(["restore", ...identity(), "--output", workspace.path("again")]);
    assert.equal(restored.code, 0, restored.stderr);
    assert.equal(hash("again"), hash("given"));
  });

  it("is listed and checked under a Node.js without zstd, and restored only under one that has it", async function () {
    if (newer === older) this.skip();
    workspace.node = older;
    assert.equal((await workspace.run(["check", "--deep"])).code, 0);
    const run = await workspace.run(["restore", ...identity(), "--output", workspace.path("other")]);
    assert.equal(run.code, 2, run.stderr);
    assert.match(
      run.result.message,
      /^node must have zstd to read this backup \(node:zlib\), got 2\S+; use 22\.15 or newer$/,
    );
  });
});
