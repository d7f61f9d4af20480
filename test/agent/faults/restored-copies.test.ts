// What a restore takes from copies that were altered: no byte that was not written, never all of a wrong one, and the
// next copy where there is one. Two folders stand for stores. Does not prove: that PostgreSQL rolls back what a killed
// pg_restore began; postgres-databases.test.ts does.
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { encryptionTo } from "../../../agent/crypto/age-file.js";
import type { Manifest } from "../../../agent/manifest.js";
import { flippedBit } from "../support/flipped-bit.js";
import { PostgresServer } from "../support/postgres-server.js";
import { type AgentRun, Workspace } from "../support/workspace.js";
import { needPrograms, runProgram } from "../../support/programs.js";

const targetIsEmpty = "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace";

describe("agent: restores from altered copies", () => {
  const server = new PostgresServer();
  let workspace: Workspace;
  let files: { readonly first: string; readonly second: string };
  let sealed: Buffer;
  let plain: Buffer;

  before(async function () {
    needPrograms(this, "initdb", "postgres", "psql", "pg_dump", "pg_restore", "age-keygen", "minisign");
    await server.start();
    server.sql("postgres", "CREATE DATABASE shop");
    server.sql("shop", "CREATE TABLE t AS SELECT n, gen_random_uuid() FROM generate_series(1, 40000) n");
    server.sql("postgres", "CREATE DATABASE target");
    workspace = new Workspace({ source: server.source({ database: "shop", countTables: ["public.t"] }) });
    const second = workspace.addStore("second");
    const made = await workspace.run(["backup"]);
    assert.equal(made.code, 0, made.stderr);
    const [copy = ""] = workspace.stored(second).filter((file) => /\.dump\..*\.age$/.test(file));
    files = { first: workspace.stored().find((file) => /\.dump\..*\.age$/.test(file)) ?? "", second: copy };
    sealed = readFileSync(files.first);
    assert.ok(sealed.length > 500_000, "the artefact is shorter than what is held back");
    const out = workspace.path("plain");
    assert.equal((await restore("--output", out)).code, 0);
    plain = readFileSync(out);
  });
  beforeEach(() => {
    writeFileSync(files.first, sealed);
    writeFileSync(files.second, sealed);
  });
  after(async () => {
    (workspace as Workspace | undefined)?.remove();
    await server.stop();
  });

  function restore(...more: readonly string[]): Promise<AgentRun> {
    return workspace.run(["restore", "--identity", workspace.identityFiles[0], ...more]);
  }

  /** Runs a restore whose pg_restore only keeps what it gets; returns the run, and what came each time. */
  async function received(...more: readonly string[]): Promise<{ readonly run: AgentRun; readonly given: Buffer[] }> {
    const folder = workspace.path("received");
    mkdirSync(folder);
    workspace.program("pg_restore", `exec cat > ${folder}/$$`);
    try {
      const run = await restore("--database", "target", "--no-owner", ...more);
      const given = readdirSync(folder).map((file) => readFileSync(`${folder}/${file}`));
      return { run, given: given.filter(({ length }) => length > 0) };
    } finally {
      rmSync(`${workspace.programs}/pg_restore`);
      rmSync(folder, { recursive: true });
    }
  }

  /** Rewrites both manifests as they were before they told the hash of a head, signed with the same key. */
  function withoutHeads(): () => void {
    const manifests = [workspace.storeFolder, workspace.path("second")].flatMap((folder) =>
      workspace.stored(folder).filter((file) => file.endsWith(".manifest.json")),
    );
    const ends = ["", ".minisig"];
    const before = manifests.map((file) => ends.map((end) => readFileSync(file + end)));
    for (const file of manifests) {
      const manifest = JSON.parse(readFileSync(file, "utf8")) as Manifest;
      const parts = manifest.parts.map((part) => ({ ...part, headSha256: undefined }));
      writeFileSync(file, `${JSON.stringify({ ...manifest, parts }, undefined, 2)}\n`);
      rmSync(`${file}.minisig`);
      runProgram("minisign", ["-Sm", file, "-s", workspace.path("signing.key")]);
    }
    return () => {
      manifests.forEach((file, at) => {
        ends.forEach((end, which) => {
          writeFileSync(file + end, before[at]?.[which] ?? "");
        });
      });
    };
  }

  for (const share of [0, 0.01, 0.3, 0.7, 0.999_999]) {
    it(`gives pg_restore only the true beginning of one whose bit is turned at ${String(share * 100)} %`, async () => {
      const altered = flippedBit(sealed, share * sealed.length);
      writeFileSync(files.first, altered);
      writeFileSync(files.second, altered);
      const { run, given } = await received();
      assert.equal(run.code, 3, run.stderr);
      assert.match(run.result.message, /primary: its database was altered: .*second: its database was altered: /);
      for (const bytes of given) {
        assert.ok(bytes.equals(plain.subarray(0, bytes.length)), "pg_restore got bytes that nobody dumped");
        assert.ok(bytes.length < plain.length, "pg_restore got all of it");
      }
      if (share === 0) assert.deepEqual(given, []);
    });
  }

  it("gives pg_restore nothing that another encrypted to the same recipients", async () => {
    const forged = (length: number): Promise<Buffer> =>
      encryptionTo(workspace.config.recipients).then((encryption) =>
        buffer(Readable.from([Buffer.alloc(length, "DROP TABLE t;")]).pipe(encryption)),
      );
    // Encryption adds as much to any content of about this length.
    const same = await forged(2 * sealed.length - (await forged(sealed.length)).length);
    assert.equal(same.length, sealed.length);
    writeFileSync(files.first, same);
    writeFileSync(files.second, same);
    const { run, given } = await received();
    assert.equal(run.code, 3, run.stderr);
    assert.match(run.result.message, /its database was altered: its header is not the one that was written/);
    assert.deepEqual(given, []);
  });

  it("restores the next copy where the first is bad at its end, and leaves nothing where all are", async () => {
    const altered = flippedBit(sealed, -1);
    writeFileSync(files.first, altered);
    writeFileSync(files.second, altered);
    const refused = await restore("--database", "target");
    assert.equal(refused.code, 3, refused.stderr);
    assert.equal(server.sql("target", targetIsEmpty), "0");
    writeFileSync(files.second, sealed);
    const run = await restore("--database", "target");
    assert.equal(run.code, 0, run.stderr);
    assert.match(run.stderr, /in primary is bad: its database was altered/);
    assert.equal(run.result.message, "restored into target; row counts of 1 tables are right");
    assert.equal(server.sql("target", "SELECT count(*) FROM t"), "40000");
    server.sql("target", "DROP TABLE t");
  });

  it("writes a file from the next copy, and none where all are bad", async () => {
    const folder = workspace.path("files");
    mkdirSync(folder);
    const output = `${folder}/out`;
    writeFileSync(files.first, flippedBit(sealed, sealed.length / 2));
    assert.equal((await restore("--output", output)).code, 0);
    assert.ok(readFileSync(output).equals(plain));
    rmSync(output);
    writeFileSync(files.second, flippedBit(sealed, -1));
    const run = await restore("--output", output);
    assert.equal(run.code, 3, run.stderr);
    assert.deepEqual(readdirSync(folder), []);
  });

  it("verifies all of it first where data are replaced, or given to who knows whom", async () => {
    for (const file of [files.first, files.second]) writeFileSync(file, flippedBit(sealed, -1));
    const { run, given } = await received("--into-existing", "target");
    assert.equal(run.code, 3, run.stderr);
    assert.deepEqual(given, []);
    const piped = await restore("--output", "-");
    assert.equal(piped.code, 3, piped.stderr);
    assert.equal(piped.stdout, "");
  });

  it("verifies all of it first where the manifest is of before it told the head", async () => {
    const putBack = withoutHeads();
    try {
      for (const file of [files.first, files.second]) writeFileSync(file, flippedBit(sealed, -1));
      const { run, given } = await received();
      assert.equal(run.code, 3, run.stderr);
      assert.deepEqual(given, []);
      writeFileSync(files.second, sealed);
      const restored = await restore("--database", "target");
      assert.equal(restored.code, 0, restored.stderr);
      assert.match(restored.stderr, /in second: every byte is as its manifest says/);
      server.sql("target", "DROP TABLE t");
    } finally {
      putBack();
    }
  });
});
