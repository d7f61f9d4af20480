// What check tells whoever watches: a status document, metrics that promtool accepts, a real Pushgateway; and room in
// a folder. Does not prove: that somebody looks; components/evidence makes the rules that alert.
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync, statSync } from "node:fs";
import { metricsText } from "../../agent/check/metrics.js";
import { freePort } from "./support/postgres-server.js";
import { untilItAnswers } from "./support/until-it-answers.js";
import { needPrograms } from "../support/programs.js";
import { type AgentRun, Workspace } from "./support/workspace.js";

describe("agent: what check reports", () => {
  let workspace: Workspace;

  before(function () {
    needPrograms(this, "age-keygen", "minisign");
  });
  beforeEach(() => {
    workspace = new Workspace({ source: { kind: "command", command: ["seq", "1", "1000"] } });
  });
  afterEach(() => {
    workspace.remove();
  });

  const metricsFile = (): string => workspace.path("backup.prom");
  const check = (changes: object = {}, ...more: readonly string[]): Promise<AgentRun> =>
    workspace.run(["check", "--metrics", metricsFile(), ...more], changes);

  it("writes a status document and metrics that others can read, good and bad", async () => {
    const made = await workspace.run(["backup"]);
    const status = workspace.path("status.json");
    const good = await check({}, "--status", status);
    assert.equal(good.code, 0, good.stderr);
    const document = JSON.parse(readFileSync(status, "utf8")) as Record<string, unknown>;
    const { seconds, ...line } = good.result;
    assert.ok(Number(seconds) > 0);
    const { checkedAt, ...rest } = document;
    assert.ok(Math.abs(Date.parse(String(checkedAt)) - Date.now()) < 3_600_000);
    assert.deepEqual(rest, line);
    assert.equal(rest["id"], made.result.id);
    for (const file of [status, metricsFile()]) assert.equal(statSync(file).mode & 0o777, 0o644);
    const text = readFileSync(metricsFile(), "utf8");
    const asset = 'environment="production",asset="orders"';
    assert.match(text, new RegExp(`^backup_tiers_check_exit_code\\{${asset}\\} 0$`, "m"));
    assert.match(text, new RegExp(`^backup_tiers_newest_bytes\\{${asset}\\} ${String(good.result["bytes"])}$`, "m"));
    assert.match(text, new RegExp(`^backup_tiers_newest_copy\\{${asset},store="primary"\\} 1$`, "m"));
    workspace.clockShiftSeconds = 4000;
    const bad = await check({}, "--status", status);
    assert.equal(bad.code, 3);
    assert.match(readFileSync(metricsFile(), "utf8"), new RegExp(`^backup_tiers_findings\\{${asset}\\} 1$`, "m"));
    assert.equal((JSON.parse(readFileSync(status, "utf8")) as { exitCode: number }).exitCode, 3);
    const none = await check({ asset: "nothing" });
    assert.equal(none.code, 3);
    assert.doesNotMatch(readFileSync(metricsFile(), "utf8"), /newest_timestamp|newest_bytes/);
  });

  it("fails when the result reaches nobody, and keeps the worse code", async () => {
    await workspace.run(["backup"]);
    const lost = await check({}, "--status", "/nowhere/status.json", "--push", "http://127.0.0.1:1/");
    assert.equal(lost.code, 1);
    assert.match(lost.result.message, /^1 backups, all as they must be; not reported: --status: ENOENT.*; --push: /);
    assert.ok(existsSync(metricsFile()));
    const bad = await check({ asset: "nothing" }, "--status", "/nowhere/status.json");
    assert.equal(bad.code, 3);
    const wrong = await check({}, "--push", "http://user:secret@host");
    assert.equal(wrong.code, 2);
    assert.match(wrong.result.message, /^--push must be the URL of a Pushgateway, without a password \(the agent\)/);
    assert.ok(!(wrong.stdout + wrong.stderr).includes("secret"));
  });

  it("takes a broken disk for no fault of the backup: the code is 1, as another try may tell", async () => {
    const made = await workspace.run(["backup"]);
    workspace.variables["UNREADABLE"] = ".age";
    const run = await check({}, "--deep");
    assert.equal(run.code, 1, run.stderr);
    assert.equal(run.result.message, `${made.result.id} in primary: EIO: i/o error`);
  });

  it("writes the text format exactly", function () {
    const text = metricsText(
      {
        environment: "production",
        asset: "orders",
        newest: new Date("2026-01-31T02:00:00.5Z"),
        newestBytes: 1234,
        goodBackups: 3,
        badBackups: 1,
        unreadBackups: 4,
        findings: 2,
        drilled: new Date("2026-01-30T00:00:00Z"),
        rtoSeconds: 1.25,
        copies: { 'pri"mary\\': true, "off\nsite": false },
        freeBytes: { disk: 5e12 },
      },
      3,
      new Date("2026-01-31T03:00:00Z"),
    );
    assert.deepEqual(
      text.split("\n").filter((line) => !line.startsWith("#")),
      [
        'backup_tiers_check_exit_code{environment="production",asset="orders"} 3',
        'backup_tiers_check_timestamp_seconds{environment="production",asset="orders"} 1769828400',
        'backup_tiers_findings{environment="production",asset="orders"} 2',
        'backup_tiers_backups{environment="production",asset="orders",state="good"} 3',
        'backup_tiers_backups{environment="production",asset="orders",state="bad"} 1',
        'backup_tiers_backups{environment="production",asset="orders",state="unread"} 4',
        'backup_tiers_newest_timestamp_seconds{environment="production",asset="orders"} 1769824800.5',
        'backup_tiers_newest_bytes{environment="production",asset="orders"} 1234',
        'backup_tiers_newest_copy{environment="production",asset="orders",store="pri\\"mary\\\\"} 1',
        'backup_tiers_newest_copy{environment="production",asset="orders",store="off\\nsite"} 0',
        'backup_tiers_free_bytes{environment="production",asset="orders",store="disk"} 5000000000000',
        'backup_tiers_drill_timestamp_seconds{environment="production",asset="orders"} 1769731200',
        'backup_tiers_drill_rto_seconds{environment="production",asset="orders"} 1.25',
        "",
      ],
    );
    needPrograms(this, "promtool");
    const judged = spawnSync("promtool", ["check", "metrics"], { input: text, encoding: "utf8" });
    assert.equal(judged.status, 0, judged.stdout + judged.stderr);
    assert.equal(judged.stdout + judged.stderr, "");
  });

  it("pushes to a Pushgateway, and takes away what cannot be measured any more", async function () {
    needPrograms(this, "prometheus-pushgateway");
    const port = await freePort();
    const url = `http://127.0.0.1:${String(port)}`;
    const server = spawn("prometheus-pushgateway", [`--web.listen-address=127.0.0.1:${String(port)}`], {
      stdio: "ignore",
    });
    try {
      await untilItAnswers(server, () => fetch(url));
      await workspace.run(["backup"]);
      const pushed = await check({}, "--push", url);
      assert.equal(pushed.code, 0, pushed.stderr);
      const shown = async (): Promise<string> => (await fetch(`${url}/metrics`)).text();
      assert.match(
        await shown(),
        /^backup_tiers_newest_bytes\{asset="orders",environment="production",.*job="backup_tiers"\} \d/m,
      );
      await check({ signing: { publicKeys: [strangerKey()] } }, "--push", `${url}/`);
      assert.doesNotMatch(await shown(), /backup_tiers_newest_bytes/);
      assert.match(await shown(), /^backup_tiers_check_exit_code\{.*\} 3$/m);
    } finally {
      server.kill();
    }
  });

  it("finds fault with a folder that has too little room for the next backups", async () => {
    await workspace.run(["backup"]);
    const [store] = workspace.config.stores;
    const roomy = await check();
    assert.equal(roomy.code, 0, roomy.stderr);
    const free = (roomy.result["freeBytes"] as Record<string, number>)["primary"] ?? 0;
    assert.ok(free > 0);
    const tight = await check({ stores: [{ ...store, leastFreeBytes: Number.MAX_SAFE_INTEGER }] });
    assert.equal(tight.code, 3);
    assert.match(tight.result.message, /^primary: it has [\d.]+ MB left; the floor is 9007199254\.7 MB; make room/);
  });

  function strangerKey(): string {
    workspace.makeSigningKey("stranger");
    return workspace.publicKey("stranger");
  }
});
