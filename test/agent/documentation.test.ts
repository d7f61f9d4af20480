// docs/agent.md is true: every command, option and metric is in it, every configuration is accepted, and its commands for
// getting data back without the agent do so. Does not prove: its command for Kubernetes objects, which needs a cluster.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import type { AgentSource } from "../../components/model/agent-config.js";
import { metricsText } from "../../agent/check/metrics.js";
import { commands } from "../../agent/commands/commands.js";
import { configProblems } from "../../agent/config/load.js";
import { compressionExtension } from "../../agent/compression.js";
import { EtcdServer } from "./support/etcd-server.js";
import { nodes } from "./support/nodes.js";
import { PostgresServer } from "./support/postgres-server.js";
import { needPrograms, programPath, runProgram } from "../support/programs.js";
import { RedisServer } from "./support/redis-server.js";
import { agentBundle, Workspace } from "./support/workspace.js";

const text = readFileSync("docs/agent.md", "utf8");
const blocks = [...text.matchAll(/^```(.*)\n([^]*?)^```$/gm)].map(([, info = "", body = ""]) => ({ info, body }));
const bodies = (info: string): string[] => blocks.filter((block) => block.info === info).map(({ body }) => body);

describe("docs/agent.md", () => {
  it("has every command with every option", () => {
    for (const [name, { options }] of Object.entries(commands)) {
      const section = text.split(`### \`${name}\``)[1]?.split(/^##/m)[0] ?? "";
      for (const option of Object.keys(options)) assert.ok(section.includes(`\`--${option}`), `${name} --${option}`);
    }
  });

  it("has every metric", () => {
    const now = new Date();
    const all = {
      newest: now,
      newestBytes: 1,
      goodBackups: 1,
      badBackups: 1,
      unreadBackups: 1,
      findings: 1,
      drilled: now,
      rtoSeconds: 1,
    };
    const figures = { environment: "e", asset: "a", ...all, copies: { s: true }, freeBytes: { s: 1 } };
    for (const [, name = ""] of metricsText(figures, 0, now).matchAll(/^# TYPE (\S+)/gm)) {
      assert.ok(text.includes(`| \`${name}\``), name);
    }
  });

  it("has configurations that are accepted", async () => {
    const [whole = ""] = bodies("json");
    const config = JSON.parse(whole) as object;
    assert.deepEqual(await configProblems(config, ["s3", "folder"]), []);
    const sources = bodies("json source").map((body) => JSON.parse(body) as AgentSource);
    assert.equal(sources.length, 11);
    for (const source of sources) {
      assert.deepEqual(
        await configProblems({ ...config, source, drill: undefined }, ["s3", "folder"]),
        [],
        source.kind,
      );
    }
  });

  // As it stands there, and as it says to read it, for backups that an older Node.js made.
  for (const [compression, node] of nodes) {
    describe(`gets data back from ${compression} with stock programs:`, () => {
      let workspace: Workspace;

      before(function () {
        needPrograms(this, "age", "age-keygen", "minisign", compression, node);
      });
      afterEach(() => {
        (workspace as Workspace | undefined)?.remove();
      });

      /** Backs up, verifies as documented, and runs the documented commands beside the objects; returns their folder. */
      async function recovered(source: AgentSource, variables: Record<string, string> = {}): Promise<string> {
        workspace = new Workspace({ source });
        workspace.node = programPath(node) ?? node;
        const run = await workspace.run(["backup"]);
        assert.equal(run.code, 0, run.stderr);
        assert.ok(workspace.stored().some((file) => file.endsWith(`.${compressionExtension[compression]}.age`)));
        const folder = workspace.path("recovery");
        mkdirSync(folder);
        for (const file of workspace.stored()) copyFileSync(file, `${folder}/${basename(file)}`);
        const env = {
          ...process.env,
          ...variables,
          BACKUP: run.result.id,
          IDENTITY: workspace.identityFiles[0],
          PUBLIC_KEY: workspace.publicKey("signing"),
        };
        const script = [...bodies("sh verify"), ...bodies(`sh ${source.kind}`)].join("\n");
        const stock = compression === "zstd" ? script : script.replaceAll(".zst", ".gz").replaceAll("zstd", "gzip");
        const made = spawnSync("bash", ["-euo", "pipefail", "-c", stock], { cwd: folder, env, encoding: "utf8" });
        assert.equal(made.status, 0, made.stdout + made.stderr);
        return folder;
      }

      it("PostgreSQL", async function () {
        needPrograms(this, "initdb", "postgres", "psql", "pg_dump", "pg_restore", "createdb");
        const [server, other] = [new PostgresServer(), new PostgresServer()];
        try {
          await server.start();
          await other.start();
          server.sql("postgres", "CREATE ROLE clerk; CREATE DATABASE shop");
          server.sql("shop", "CREATE TABLE t AS SELECT 7 AS n; ALTER TABLE t OWNER TO clerk");
          const access = {
            PGHOST: "127.0.0.1",
            PGPORT: String(other.port),
            PGUSER: "postgres",
            PGPASSWORD: other.password,
          };
          await recovered(server.source(), access);
          assert.equal(other.sql("orders", "SELECT n, tableowner FROM t, pg_tables WHERE tablename = 't'"), "7|clerk");
        } finally {
          await server.stop();
          await other.stop();
        }
      });

      it("etcd", async function () {
        needPrograms(this, "etcd", "etcdctl", "etcdutl", "openssl");
        const server = new EtcdServer();
        const other = new EtcdServer();
        try {
          await server.start();
          server.ask("put", "key", "value");
          const folder = await recovered(server.source());
          await other.start(`${folder}/restored`);
          assert.equal(other.ask("get", "key"), "key\nvalue");
        } finally {
          await server.stop();
          await other.stop();
        }
      });

      it("Redis", async function () {
        needPrograms(this, "redis-server", "redis-cli", "redis-check-rdb");
        const [server, other] = [new RedisServer(), new RedisServer()];
        try {
          await server.start();
          server.ask("SET key value");
          const folder = await recovered(server.source());
          copyFileSync(`${folder}/dump.rdb`, `${other.folder}/dump.rdb`);
          await other.start("dump.rdb");
          assert.equal(other.ask("GET key"), "value");
        } finally {
          await server.stop();
          await other.stop();
        }
      });

      it("Git", async function () {
        needPrograms(this, "git");
        const source = new Workspace({ source: { kind: "git", url: "/nowhere" } });
        try {
          const url = source.path("repository");
          const who = ["-c", "user.name=A", "-c", "user.email=a@x"];
          runProgram("git", ["init", "--quiet", url]);
          runProgram("git", [...who, "-C", url, "commit", "--quiet", "--allow-empty", "--message=one"]);
          const folder = await recovered({ kind: "git", url });
          const log = (repository: string): string => runProgram("git", ["-C", repository, "log", "--all"]).toString();
          assert.equal(log(`${folder}/repository.git`), log(url));
        } finally {
          source.remove();
        }
      });

      it("files", async function () {
        needPrograms(this, "tar", "diff");
        const folder = await recovered({ kind: "files", path: `${process.cwd()}/docs` });
        runProgram("diff", ["--recursive", "docs", `${folder}/restored`]);
      });

      it("a command", async () => {
        const folder = await recovered({ kind: "command", command: ["echo", "all of it"], extension: "sql" });
        assert.equal(readFileSync(`${folder}/output.sql`, "utf8"), "all of it\n");
      });

      it("and lists them with the agent", async () => {
        workspace = new Workspace({ source: { kind: "command", command: ["true"] } });
        await workspace.run(["backup"]);
        const [first = ""] = bodies("sh");
        const env = {
          ...process.env,
          AGENT: agentBundle("folder"),
          BACKUP_TIERS_CONFIG: JSON.stringify(workspace.config),
        };
        const made = spawnSync("bash", ["-euc", first.replace("--config config.json", "")], { env, encoding: "utf8" });
        assert.equal(made.status, 0, made.stdout + made.stderr);
      });
    });
  }
});
