// Calls and configurations: every problem at once, in one form of words, with exit code 2 and one line on stdout.
// Does not prove: that what is accepted also works; the other tests run it.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { configProblems } from "../../agent/config/load.js";
import { needPrograms } from "../support/programs.js";
import { Workspace } from "./support/workspace.js";

describe("agent: calls", () => {
  let workspace: Workspace;
  before(function () {
    needPrograms(this, "age-keygen", "minisign");
    workspace = new Workspace({ source: { kind: "postgres", host: "db", database: "shop", user: "u" } });
  });
  after(() => {
    (workspace as Workspace | undefined)?.remove();
  });

  it("are refused with every problem at once", async () => {
    const run = await workspace.run(["list", "--jsn", "--config=x", "--json=1"]);
    assert.equal(run.code, 2);
    assert.equal(
      run.result.message,
      [
        'options must be known ones, got "--jsn"; write --json',
        "--config must be given once, got it twice; leave one out",
        "--json must stand alone, got a value; leave it out",
      ].join("\n"),
    );
    assert.equal(run.stdout.trimEnd().split("\n").length, 1);
    assert.match((await workspace.run(["backpu"])).result.message, /got "backpu"; write backup$/);
  });

  it("print help on stdout for each command", async () => {
    for (const command of ["backup", "list", "check", "restore", "prune"]) {
      const run = await workspace.run([command, "--help"]);
      assert.equal(run.code, 0);
      assert.match(run.stdout, new RegExp(`^usage: agent ${command} --config FILE`));
    }
  });

  it("name every problem of a configuration, and show no value that may be a secret", async () => {
    const problems = await configProblems(
      {
        version: 2,
        environment: "a/b",
        source: {
          kind: "postgres",
          host: "",
          database: "d",
          user: "u",
          password: "hunter2",
          port: 70_000,
          sslMode: "prefered",
          countTables: ["orders"],
        },
        stores: [
          { kind: "folder", name: "a", path: "relative" },
          { kind: "s3", name: "a", bucket: "b", endpoint: "host" },
        ],
        retention: { hourly: 60, dayly: 5 },
        lock: { mode: "governance", seconds: { hourly: 61 } },
        recipients: ["AGE-SECRET-KEY-1QQQ"],
        signing: { publicKeys: [] },
        maxAgeSeconds: 0,
      },
      ["folder"],
    );
    assert.deepEqual(
      problems.map((problem) => problem.replace(/ must .*/, "")),
      [
        "version",
        "environment",
        "asset",
        "source",
        "source.host",
        "source.countTables[0]",
        "source.port",
        "source.sslMode",
        "stores[0].path",
        "stores[1].region",
        "stores[1].endpoint",
        "stores[1].kind",
        "stores[1].name",
        "retention",
        "lock.seconds.hourly",
        "recipients",
        "recipients[0]",
        "signing.publicKeys",
        "maxAgeSeconds",
      ],
    );
    const text = problems.join("\n");
    assert.ok(!text.includes("hunter2") && !text.includes("AGE-SECRET"), text);
    assert.match(text, /source.sslMode must be one of .* \(the agent\), got "prefered"; write prefer/);
    assert.match(
      text,
      /lock.seconds.hourly must be at most retention.hourly \(60\) \(the agent\), got 61; what is locked cannot expire/,
    );
  });

  it("never show a secret key that stands where a path or a list belongs", async () => {
    const secretKeyFile = readFileSync(workspace.path("signing.key"), "utf8").split("\n")[1] ?? "";
    const identity = "AGE-SECRET-KEY-1QQPQQQSYQCYQ5RQWZQFPG9SCRGWPUGPZYSNZS23V9CCRYDPK8QARC0SWV6PG";
    const source = { kind: "postgres", host: "db", database: "d", user: "u" };
    for (const changes of [
      { signing: { ...workspace.config.signing, secretKeyFile }, source },
      { recipients: identity },
    ]) {
      const run = await workspace.run(["backup"], changes);
      assert.equal(run.code, 2);
      assert.ok(!(run.stdout + run.stderr).includes(secretKeyFile), run.stdout);
      assert.ok(!(run.stdout + run.stderr).includes(identity), run.stdout);
    }
  });

  it("find no problem in a good configuration", async () => {
    assert.deepEqual(await configProblems(workspace.config, ["folder", "s3"]), []);
  });
});
