// Whatever a program prints: it counts only with exit code 0, with content, and with the beginning that was announced.
// Does not prove: that the output is complete where the program itself does not know it.
import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { setImmediate } from "node:timers/promises";
import { needPrograms } from "../support/programs.js";
import { type AgentRun, ended, Workspace } from "./support/workspace.js";

describe("agent: commands", () => {
  let workspace: Workspace;

  before(function () {
    needPrograms(this, "age-keygen", "minisign", "openssl");
  });
  beforeEach(() => {
    workspace = new Workspace({ source: { kind: "command", command: ["true"] } });
  });
  afterEach(() => {
    workspace.remove();
  });

  const shell = (script: string, changes: object = {}): object => ({
    source: { kind: "command", command: ["sh", "-c", script, "sh", ""], extension: "sql", ...changes },
  });

  const backup = (script: string, changes: object = {}): Promise<AgentRun> =>
    workspace.run(["backup"], shell(script, changes));

  it("restores the very bytes", async () => {
    const run = await backup("printf 'Grüße\\0'; head -c 3000000 /dev/zero; test -z \"$1\"", { beginsWith: "Grüße" });
    assert.equal(run.code, 0, run.stderr);
    const output = workspace.path("out");
    const restored = await workspace.run(["restore", "--identity", workspace.identityFiles[0], "--output", output]);
    assert.equal(restored.code, 0, restored.stderr);
    const expected = Buffer.concat([Buffer.from("Grüße\0"), Buffer.alloc(3_000_000)]);
    assert.ok(readFileSync(output).equals(expected));
    assert.ok(workspace.stored().some((file) => /\.sql\.(zst|gz)\.age$/.test(file)));
  });

  it("restores into a new file again after a run that was killed, and clears what that one left", async () => {
    const made = await backup("head -c 50000000 /dev/zero | openssl enc -aes-128-ctr -nosalt -K 00 -iv 00 2>/dev/null");
    assert.equal(made.code, 0, made.stderr);
    const args = ["restore", "--identity", workspace.identityFiles[0], "--output", workspace.path("out")];
    const child = workspace.start(args);
    const run = ended(child);
    const unfinished = (): string[] => readdirSync(workspace.root).filter((name) => name.startsWith("out.part-"));
    while (unfinished().length === 0) await setImmediate();
    child.kill("SIGKILL");
    assert.equal((await run).code, null);
    assert.equal(unfinished().length, 1);
    const again = await workspace.run(args);
    assert.equal(again.code, 0, again.stderr);
    assert.deepEqual(unfinished(), []);
    assert.equal(statSync(workspace.path("out")).size, 50_000_000);
  });

  it("stores nothing when the program fails after its output, is killed, prints nothing, or something else", async () => {
    for (const [script, changes, code, message] of [
      ["echo all of it; echo 'lost the server' >&2; exit 7", {}, 1, /^sh ended with exit code 7: lost the server$/],
      ["echo half; kill -9 $$", {}, 1, /^sh was killed by SIGKILL$/],
      ["exit 0", {}, 1, /^the output must have content, got 0 bytes$/],
      ["echo error", { beginsWith: "--" }, 1, /^the output must begin with "--", got 6 bytes that begin otherwise$/],
      ["printf -", { beginsWith: "--" }, 1, /^the output must begin with "--", got 1 bytes that begin otherwise$/],
      ["", { command: ["no-such-program"] }, 2, /^no-such-program must be on PATH, got none/],
    ] as const) {
      const run = await backup(script, changes);
      assert.equal(run.code, code, run.stderr);
      assert.match(run.result.message, message);
    }
    assert.deepEqual(workspace.stored(), []);
  });

  it("gives the program secrets from files, and no variables of the agent's, and shows none", async () => {
    const file = workspace.path("secret");
    writeFileSync(file, "hunter2-hunter2\n");
    workspace.variables["AWS_SECRET_ACCESS_KEY"] = "of the agent";
    const script = 'echo "-$AWS_SECRET_ACCESS_KEY-"; echo "$DB_PASSWORD" >&2; test "$DB_PASSWORD" = hunter2-hunter2';
    const run = await backup(script, { secretFiles: { DB_PASSWORD: file }, beginsWith: "--\n" });
    assert.equal(run.code, 0, run.stderr);
    const failed = await backup('echo "$DB_PASSWORD" >&2; exit 1', { secretFiles: { DB_PASSWORD: file } });
    assert.equal(failed.result.message, "sh ended with exit code 1: [secret]");
    const missing = await backup("true", { secretFiles: { DB_PASSWORD: "/nowhere" } });
    assert.equal(missing.code, 2);
    assert.match(
      missing.result.message,
      /^source.secretFiles.DB_PASSWORD must be a readable file \(the agent\), got ENOENT/,
    );
  });

  it("is drilled by a program of the user's, and not without one", async () => {
    const source = shell("seq 1 100000");
    assert.equal((await workspace.run(["backup"], source)).code, 0);
    const drill = (script?: string): Promise<AgentRun> =>
      workspace.run(["drill", "--identity", workspace.identityFiles[0]], {
        ...source,
        ...(script === undefined ? {} : { drill: { command: ["sh", "-c", script] } }),
      });
    const none = await drill();
    assert.equal(none.code, 2);
    assert.match(none.result.message, /^drill.command must be given to drill a command \(the agent\), got nothing/);
    const good = await drill('cat > all && test "$(wc -l < all)" = 100000');
    assert.equal(good.code, 0, good.stderr);
    assert.deepEqual(good.result["checks"], [{ name: "sh", passed: true, found: "exit code 0" }]);
    const bad = await drill('test "$(wc -l)" = 99 || { echo "too many lines" >&2; exit 1; }');
    assert.equal(bad.code, 3, bad.stderr);
    assert.equal(bad.result.message, "it cannot be restored: sh ended with exit code 1: too many lines");
  });
});
