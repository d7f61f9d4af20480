// Calls that are wrong, help, configuration and what people read. Not proven: how a terminal shows the colours.
import assert from "node:assert/strict";
import { mkdtempSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { PreviewDocument } from "../../cli/document/preview-document.js";
import { PROGRAMS, previewProgram, runCommand } from "./support/command-line.js";

const folders: string[] = [];

/** A folder with these files. */
function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), "usage-"));
  folders.push(folder);
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(folder, name, ".."), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

after(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

async function problemsOf(args: readonly string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await runCommand(["preview", ...args]);
  assert.equal(exitCode, 2, stdout + stderr);
  assert.equal(stdout, "");
  assert.ok(!/^\s+at /m.test(stderr), stderr);
  return stderr;
}

describe("a wrong call", () => {
  it("names a folder that does not exist", async () => {
    const missing = join(tmpdir(), "no-such-folder-of-these-tests");
    assert.equal(
      await problemsOf([missing]),
      `error: ${missing} must be a folder with a Pulumi program, got no such folder\n`,
    );
  });

  it("names a folder without a project", async () => {
    const empty = folderWith({});
    assert.match(await problemsOf([empty]), /must hold a Pulumi\.yaml \(it, or a folder above it\), got none/);
  });

  it("gives all problems of a project file at once", async () => {
    const folder = folderWith({ "Pulumi.yaml": "runtime: python\nmain: nowhere\nconfig: [1]\nstackConfigDir: 3\n" });
    const file = join(folder, "Pulumi.yaml");
    assert.equal(
      await problemsOf([folder]),
      [
        `error: ${file}: name must be a text, got nothing`,
        `error: ${file}: runtime must be nodejs (preview runs TypeScript and JavaScript programs), got "python"`,
        `error: ${file}: main must name an existing file or folder, got "nowhere"; build the program first, or correct the path`,
        `error: ${file}: stackConfigDir must be a text, got 3`,
        `error: ${file}: config must be a mapping, got a list`,
        "",
      ].join("\n"),
    );
  });

  it("says where YAML is broken, in every file", async () => {
    const folder = folderWith({
      "Pulumi.yaml": "name: broken\nruntime: nodejs\n",
      "Pulumi.dev.yaml": "config:\n  a: [1\n",
      "stacks.yaml": "a: 'b",
    });
    const text = await problemsOf([folder, "--stack", "dev", "--stack-references", join(folder, "stacks.yaml")]);
    assert.match(text, /error: .*stacks\.yaml:1:\d+ must be valid YAML, got: /);
    assert.match(text, /error: .*Pulumi\.dev\.yaml:\d:\d+ must be valid YAML, got: /);
  });

  it("lists the stacks where none is chosen, and proposes the nearest name", async () => {
    const folder = join(PROGRAMS, "configured");
    assert.equal(
      await problemsOf([folder]),
      "error: --stack must say which stack to preview, got none; there are production, staging\n",
    );
    assert.equal(
      await problemsOf([folder, "--stack", "prodction", "--stack", "other"]),
      `error: --stack must be one of the project's stacks, got "prodction"; write production\n` +
        `error: --stack must be one of the project's stacks, got "other"; use one of production, staging\n`,
    );
  });

  it("has an unknown option, or a value of the wrong form", async () => {
    assert.match(await problemsOf([".", "--jsn"]), /unknown option '--jsn'/);
    assert.match(await problemsOf([".", "--timeout", "soon"]), /must be a number of seconds from 1 to 86400/);
    assert.match(await problemsOf([".", "--config-value", "novalue"]), /must be of the form key=value/);
  });

  it("gives files of the wrong shape", async () => {
    const folder = folderWith({ "a.json": '{ "token": 3, "other": [{}] }', "b.json": '{ "stack": "text" }' });
    const program = join(PROGRAMS, "yml-project");
    const args = [program, "--invokes", join(folder, "a.json"), "--stack-references", join(folder, "b.json")];
    assert.equal(
      await problemsOf(args),
      [
        `error: ${join(folder, "b.json")}: stack must map outputs to values, got "text"`,
        `error: ${join(folder, "a.json")}: token must be a result or a list of { args, result }, got 3`,
        `error: ${join(folder, "a.json")}: other[0] must be { args, result }, got a mapping`,
        "",
      ].join("\n"),
    );
  });
});

describe("help and version", () => {
  it("are printed without an error", async () => {
    const help = await runCommand(["preview", "--help"]);
    assert.equal(help.exitCode, 0);
    assert.match(help.stdout, /--stack-references <file>/);
    const version = await runCommand(["--version"]);
    assert.equal(version.exitCode, 0);
    assert.match(version.stdout, /^\d+\.\d+\.\d+\n$/);
  });

  it("make a call without a command a wrong one", async () => {
    assert.equal((await runCommand([])).exitCode, 2);
  });
});

describe("configuration", () => {
  it("comes from the stack's file, with the project's defaults, and hides what is encrypted", async () => {
    const { document } = await previewProgram("configured", ["--stack", "production"]);
    assert.deepEqual(document.outputs, {
      count: 7,
      enabled: true,
      label: "from the stack",
      nested: { deep: { list: [1, "two", { three: 3 }] }, password: "[secret]" },
      password: "[secret]",
      plainRead: "[secret]",
      ratio: 0.25,
      region: "eu-west-1",
      secretNumber: "[secret]",
      secretObject: "[unknown]",
      size: 3,
      zones: ["a", "b"],
    });
  });

  it("is overridden by files and by single values", async () => {
    const folder = folderWith({ "more.yaml": "config:\n  configured:label: from a file\n  configured:count: 8\n" });
    const { document } = await previewProgram("configured", [
      ...["--stack", "production", "--config", join(folder, "more.yaml")],
      ...["--config-value", "count=9", "--secret", "password=the-given-password"],
    ]);
    assert.equal(document.outputs["label"], "from a file");
    assert.equal(document.outputs["count"], 9);
    assert.equal(document.outputs["plainRead"], "[secret]");
  });

  it("keeps secrets out of everything that is printed", async () => {
    const secret = "correct-horse-battery";
    for (const json of [[], ["--json"]]) {
      const args = ["preview", join(PROGRAMS, "prints-secrets"), "--secret", `token=${secret}`, ...json];
      const { stdout, stderr, exitCode } = await runCommand(args);
      assert.equal(exitCode, 1);
      assert.ok(stdout.includes("failed with [secret]"));
      for (const form of [secret, Buffer.from(secret).toString("base64")]) {
        assert.ok(!stdout.includes(form) && !stderr.includes(form), form);
      }
    }
  });

  it("mentions environments that cannot be opened offline", async () => {
    const folder = folderWith({
      "Pulumi.yaml": "name: esc\nruntime: nodejs\n",
      "Pulumi.dev.yaml":
        "environment:\n  imports: [shared/base]\n  values:\n    pulumiConfig:\n      esc:from: the environment\n",
      "index.js": 'exports.from = process.env.PULUMI_CONFIG.includes("the environment");',
    });
    const { stdout, stderr } = await runCommand(["preview", folder, "--json"]);
    assert.match(stderr, /warning: .*environments "shared\/base" cannot be opened offline/);
    assert.equal((JSON.parse(stdout) as PreviewDocument).outputs["from"], true);
  });
});

describe("several stacks", () => {
  it("are printed in the order of the call, as a list in JSON, and to a file", async () => {
    const folder = folderWith({});
    const out = join(folder, "previews.json");
    const args = ["--stack", "staging", "--stack", "production", "--out", out];
    const text = await runCommand(["preview", join(PROGRAMS, "configured"), ...args]);
    assert.equal(text.exitCode, 0);
    assert.ok(text.stdout.indexOf("stack staging") < text.stdout.indexOf("stack production"));
    const documents = JSON.parse(readFileSync(out, "utf8")) as PreviewDocument[];
    assert.deepEqual(
      documents.map(({ stack }) => stack),
      ["staging", "production"],
    );
  });
});

describe("a plan", () => {
  it("is merged from the topmost components, and broken rules fail the preview", async () => {
    const { document, exitCode } = await previewProgram("with-plan", ["--stack", "staging"]);
    assert.equal(exitCode, 1);
    assert.equal(document.environment, "staging");
    assert.deepEqual(
      document.plan.assets.map(({ name }) => name),
      ["orders", "uploads"],
    );
    assert.deepEqual(document.plan.unprotected, [{ name: "sessions", reason: "rebuilt at login" }]);
    assert.deepEqual(
      document.plan.issues.map(({ id, level }) => ({ id, level })),
      [{ id: "copies", level: "error" }],
    );
  });

  it("is shown as a matrix, and side by side for several stacks", async () => {
    const args = ["preview", join(PROGRAMS, "with-plan"), "--stack", "staging", "--stack", "production"];
    const { stdout } = await runCommand(args, { environment: { FORCE_COLOR: "1" } });
    assert.ok(!stdout.includes("\u001b"), "a pipe gets no colours");
    assert.match(
      stdout,
      /Coverage: \d of 3 as the environment asks\n {2}STATE .*\n(?: {2}.*\n)* {2}unprotected {2}sessions {2}rebuilt at login/,
    );
    const matrix = stdout.slice(stdout.indexOf("Protection\n"), stdout.indexOf("\n\nCoverage"));
    assert.equal(
      matrix,
      [
        "Protection",
        "  ASSET    KIND          FREQUENCY    RETENTION         COPIES               LOCK            SIGNED  TESTS",
        "  orders   postgres      every 1 day  daily 7d PITR 2d  2: primary, offsite  governance 30d  yes     smoke every 1 day",
        "  uploads  object-store  continuous   daily forever     1: primary           -               no      -",
      ].join("\n"),
    );
    assert.equal(
      stdout.slice(stdout.indexOf("Side by side")),
      [
        "Side by side",
        "  ASSET    STAGING                                            PRODUCTION",
        "  orders   every 1 day, daily 7d PITR 2d, 2x, locked, signed  every 1 day, daily 7d PITR 2d, 2x, locked, signed",
        "  uploads  continuous, daily forever, 1x                      continuous, daily forever, 1x",
        "",
      ].join("\n"),
    );
  });
});
