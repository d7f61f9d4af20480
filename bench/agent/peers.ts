// The agent beside what people write by hand, on one database and one S3 server: `tsx bench/agent/peers.ts [gigabytes]`.
// SHAPE picks one of the two kinds of rows; AGENT_NODE names the node that runs the agent (zstd needs 22.15); ROUNDS how often each is repeated, the best counts.
// TMPDIR=/dev/shm puts the servers' files into memory (16 GB): a slow disk would be what is measured, most of all for whoever comes last.
import { execFileSync, spawnSync } from "node:child_process";
import { statfsSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { CreateBucketCommand } from "@aws-sdk/client-s3";
import { agentNodeOptions } from "../../components/shared/agent-node.js";
import { PostgresServer } from "../../test/agent/support/postgres-server.js";
import { programPath } from "../../test/support/programs.js";
import { S3Server } from "../../test/agent/support/s3-server.js";
import { agentBundle, Workspace } from "../../test/agent/support/workspace.js";
import { seconds, writeResults } from "./results.js";
import { best, type Measured } from "./stopwatch.js";

const gigabytes = Number(process.argv[2] ?? "2");
const rounds = Number(process.env["ROUNDS"] ?? "1");
const agentNode = process.env["AGENT_NODE"] ?? process.execPath;

/** What the rows of a database are like. */
interface Shape {
  readonly setup: readonly string[];
  readonly batch: (first: string, last: string) => string;
}

const batchRows = 250_000;
/** TMPFS_MAGIC of Linux. */
const tmpfs = 0x01021994;

/** Small rows cost the server most, which prints each number and time; long texts cost the compressor most. */
const shapes: Readonly<Record<string, Shape>> = {
  orders: {
    setup: [
      "CREATE TABLE orders (id int, reference text, placed_at timestamptz, customer text, note text, price float8)",
    ],
    batch: (first, last) =>
      `INSERT INTO orders SELECT n, md5(n::text), now() + n * interval '1 second', 'customer ' || n % 5000,
         repeat('line ' || n % 97 || ' ', 12), random() FROM generate_series(${first}, ${last}) n`,
  },
  articles: {
    // Words are used as often as in a language: the n-th one every n-th time or so.
    setup: [
      "CREATE TABLE articles (id int, author text, written_at timestamptz, title text, body text)",
      `CREATE TABLE passages AS SELECT n AS id, (SELECT string_agg(substr(md5(k::text), 1, 2 + k % 9), ' ')
         FROM (SELECT power(20000, random())::int k FROM generate_series(1, 110 + n % 7)) words) AS passage
         FROM generate_series(0, 19999) n`,
      "CREATE UNIQUE INDEX ON passages (id)",
    ],
    batch: (first, last) =>
      `INSERT INTO articles SELECT n, 'author ' || n % 5000, now() - n * interval '1 minute', left(one.passage, 60),
         one.passage || ' ' || other.passage FROM generate_series(${first}, ${last}) n
         JOIN passages one ON one.id = abs(hashint4(n)) % 20000 JOIN passages other ON other.id = abs(hashint4(-n)) % 20000`,
  },
};

class Bench {
  readonly server = new PostgresServer();
  readonly store = new S3Server();
  readonly workspace = new Workspace({ source: { kind: "command", command: ["true"] } });
  private readonly report = this.workspace.path("memory");
  residentMegabytes = 0;
  databases = 0;

  async start(): Promise<void> {
    await this.server.start();
    await this.store.start();
    for (const Bucket of ["peers", "restic"]) await this.store.client.send(new CreateBucketCommand({ Bucket }));
    Object.assign(this.workspace.config, { source: this.server.source(), stores: [this.store.store()] });
    this.shell('restic -r "$REPOSITORY" init');
  }

  /** Fills a new database with rows of a shape. */
  fill({ setup, batch }: Shape): void {
    this.server.sql("postgres", "DROP DATABASE IF EXISTS shop");
    this.server.sql("postgres", "CREATE DATABASE shop");
    for (const sql of setup) this.server.sql("shop", sql);
    for (let first = 0; this.size() < gigabytes * 1e9; first += batchRows)
      this.server.sql("shop", batch(String(first), String(first + batchRows - 1)));
    // What the server would do by itself a minute later, beside whoever is measured then.
    this.server.sql("shop", "VACUUM ANALYZE");
    this.server.sql("shop", "CHECKPOINT");
  }

  async stop(): Promise<void> {
    this.workspace.remove();
    await this.store.stop();
    await this.server.stop();
  }

  private size(): number {
    return Number(this.server.sql("shop", "SELECT pg_database_size('shop')"));
  }

  /** Runs a line of shell and returns the length of what it left in the file that `$OUT` names, if it did. */
  shell(line: string): number {
    const { accessKeyId, secretAccessKey } = this.store.credentials;
    const env = {
      ...process.env,
      PATH: `${programPath("pg_dump")?.replace(/\/pg_dump$/, "") ?? ""}:${process.env["PATH"] ?? ""}`,
      PGPASSWORD: this.server.password,
      PGHOST: "127.0.0.1",
      PGPORT: String(this.server.port),
      PGUSER: "postgres",
      OUT: this.workspace.path("out"),
      ONE: this.workspace.config.recipients[0],
      TWO: this.workspace.config.recipients[1],
      IDENTITY: this.workspace.identityFiles[0],
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      RESTIC_PASSWORD: "bench",
      REPOSITORY: `s3:${this.store.endpoint}/restic`,
      RCLONE_CONFIG_S3_TYPE: "s3",
      RCLONE_CONFIG_S3_PROVIDER: "Other",
      RCLONE_CONFIG_S3_ACCESS_KEY_ID: accessKeyId,
      RCLONE_CONFIG_S3_SECRET_ACCESS_KEY: secretAccessKey,
      RCLONE_CONFIG_S3_ENDPOINT: this.store.endpoint,
      RCLONE_CONFIG_S3_NO_CHECK_BUCKET: "true",
    };
    const run = spawnSync("bash", ["-euo", "pipefail", "-c", line], { env, encoding: "utf8", maxBuffer: 2 ** 28 });
    if (run.status !== 0) throw new Error(`${line}: ${run.stderr}`);
    return line.includes("$OUT") ? statSync(this.workspace.path("out")).size : 0;
  }

  agent(...args: readonly string[]): number {
    const file = this.workspace.path("bench.json");
    writeFileSync(file, JSON.stringify(this.workspace.config));
    const env = {
      ...process.env,
      NODE_OPTIONS: `--require ${process.cwd()}/test/agent/support/preload.cjs`,
      CLOCK_SHIFT_SECONDS: "0",
      MEMORY_REPORT: this.report,
    };
    const [command = "", ...rest] = args;
    const call = [...agentNodeOptions, agentBundle("s3"), command, "--config", file, ...rest];
    const run = spawnSync(agentNode, call, { encoding: "utf8", env });
    if (run.status !== 0) throw new Error(run.stderr);
    const resident = Number(execFileSync("cat", [this.report], { encoding: "utf8" })) / 1024;
    this.residentMegabytes = Math.max(this.residentMegabytes, resident);
    return (JSON.parse(run.stdout.trim().split("\n").at(-1) ?? "{}") as { bytes: number }).bytes;
  }

  /** A new database to restore into. */
  target(): string {
    const name = `target_${String(++this.databases)}`;
    this.server.sql("postgres", `CREATE DATABASE ${name}`);
    return name;
  }

  /** Makes room. */
  dropTargets(): void {
    for (; this.databases > 0; this.databases--)
      this.server.sql("postgres", `DROP DATABASE target_${String(this.databases)}`);
  }
}

const dumps: readonly [string, string][] = [
  ["pg_dump -Fc > /dev/null", "pg_dump -Fc shop > /dev/null"],
  // What no pipeline can do without.
  ["pg_dump -Fc -Z0 > /dev/null", "pg_dump -Fc -Z0 shop > /dev/null"],
  ["pg_dump -Fc | age | rclone rcat", 'pg_dump -Fc shop | age -r "$ONE" -r "$TWO" | rclone rcat s3:peers/fc'],
  [
    "pg_dump -Fc -Z0 | zstd -1 | age | rclone rcat",
    'pg_dump -Fc -Z0 shop | zstd -1 -q | age -r "$ONE" -r "$TWO" | rclone rcat s3:peers/z0',
  ],
  [
    "pg_dump -Fc -Z0 | restic backup --stdin",
    'pg_dump -Fc -Z0 shop | restic -q -r "$REPOSITORY" backup --stdin --stdin-filename shop',
  ],
];

/** restic stores only what its repository does not have yet: the same dump again would cost it next to nothing. */
const onlyOnce = "restic -q";

const restores: readonly [string, string][] = [
  ["pg_restore of a local file", 'pg_restore -1 -e -d "$TARGET" "$OUT"'],
  [
    "rclone cat | age -d | zstd -d | pg_restore",
    'rclone cat s3:peers/z0 | age -d -i "$IDENTITY" | zstd -dq | pg_restore -1 -e -d "$TARGET"',
  ],
  ["pg_restore --jobs 2 of a local file", 'pg_restore -j 2 -e -d "$TARGET" "$OUT"'],
  ["restic dump | pg_restore", 'restic -q -r "$REPOSITORY" dump latest shop | pg_restore -1 -e -d "$TARGET"'],
];

async function main(): Promise<void> {
  const bench = new Bench();
  const node = execFileSync(agentNode, ["--version"], { encoding: "utf8" }).trim();
  try {
    await bench.start();
    for (const [name, shape] of Object.entries(shapes))
      if ([undefined, name].includes(process.env["SHAPE"])) measure(bench, name, shape, `the agent on node ${node}`);
    const programs = ["pg_dump --version", "zstd --version", "age --version", "rclone version", "restic version"].map(
      (call) => execFileSync("bash", ["-c", `${call} 2>&1 | head -1`], { encoding: "utf8" }).trim(),
    );
    const facts = [
      ["most memory of the agent", `${String(Math.round(bench.residentMegabytes))} MB`],
      ["the servers' files", statfsSync(tmpdir()).type === tmpfs ? "in memory" : "on disk"],
    ];
    writeResults(
      "Programs and memory of the dumps and restores",
      ["what", "value"],
      [...facts, ["versions", programs.join("; ")]],
    );
  } finally {
    await bench.stop();
  }
}

function measure(bench: Bench, name: string, shape: Shape, agentName: string): void {
  bench.fill(shape);
  const size = `${String(gigabytes)} GB`;
  // The agent between its peers: whatever else the machine does, it does to all.
  const dumped = new Map<string, Measured>();
  for (const [peer, line] of dumps)
    dumped.set(
      peer,
      best(line.includes(onlyOnce) ? 1 : rounds, () => bench.shell(line)),
    );
  dumped.set(
    agentName,
    best(rounds, () => bench.agent("backup")),
  );
  table(`Dump of ${size} of ${name} to an S3 server`, dumped, agentName, "pg_dump -Fc > /dev/null");
  bench.shell('pg_dump -Fc shop > "$OUT"');
  const restored = new Map<string, Measured>();
  for (const [peer, line] of restores) {
    restored.set(
      peer,
      best(rounds, () => bench.shell(line.replace("$TARGET", bench.target()))),
    );
    bench.dropTargets();
  }
  const into = (): string[] => ["--identity", bench.workspace.identityFiles[0], "--database", bench.target()];
  for (const [suffix, more] of [
    ["", []],
    [", --jobs 2", ["--jobs=2"]],
  ] as const) {
    restored.set(
      agentName + suffix,
      best(rounds, () => bench.agent("restore", ...into(), ...more)),
    );
    bench.dropTargets();
  }
  table(`Restore of ${size} of ${name} from an S3 server`, restored, agentName, "pg_restore of a local file");
}

function table(title: string, measured: ReadonlyMap<string, Measured>, agent: string, first: string): void {
  const ours = measured.get(agent)?.seconds ?? NaN;
  const base = measured.get(first)?.seconds ?? NaN;
  const rows = [...measured].map(([name, { seconds: taken }]) => [
    name.replaceAll("|", "\\|"),
    seconds(taken),
    (taken / base).toFixed(2),
    (ours / taken).toFixed(2),
  ]);
  writeResults(title, ["what", "seconds", `of ${first}`, "the agent's time of it"], rows);
}

void main();
