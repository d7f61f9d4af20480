// The agent beside what people write by hand, on one database and one S3 server: `tsx bench/agent/peers.ts [gigabytes]`.
// SHAPE picks one of the two kinds of rows; AGENT_NODE names the node that runs the agent (zstd needs 22.15); ROUNDS how often each is repeated, the best counts.
// TMPDIR=/dev/shm puts the servers' files into memory (16 GB): a slow disk would be what is measured, most of all for whoever comes last.
import { execFileSync } from "node:child_process";
import { statfsSync } from "node:fs";
import { tmpdir } from "node:os";
import { seconds, writeResults } from "./results.js";
import { agentName, Servers } from "./servers.js";
import { best, type Measured } from "./stopwatch.js";

const gigabytes = Number(process.argv[2] ?? "2");
const rounds = Number(process.env["ROUNDS"] ?? "1");

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

/** Fills a new database with rows of a shape. */
function fill({ server }: Servers, { setup, batch }: Shape): void {
  server.sql("postgres", "DROP DATABASE IF EXISTS shop");
  server.sql("postgres", "CREATE DATABASE shop");
  for (const sql of setup) server.sql("shop", sql);
  const size = (): number => Number(server.sql("shop", "SELECT pg_database_size('shop')"));
  for (let first = 0; size() < gigabytes * 1e9; first += batchRows)
    server.sql("shop", batch(String(first), String(first + batchRows - 1)));
  // What the server would do by itself a minute later, beside whoever is measured then.
  server.sql("shop", "VACUUM ANALYZE");
  server.sql("shop", "CHECKPOINT");
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
  const servers = new Servers();
  try {
    await servers.start();
    for (const [name, shape] of Object.entries(shapes))
      if ([undefined, name].includes(process.env["SHAPE"])) measure(servers, name, shape);
    const programs = ["pg_dump --version", "zstd --version", "age --version", "rclone version", "restic version"].map(
      (call) => execFileSync("bash", ["-c", `${call} 2>&1 | head -1`], { encoding: "utf8" }).trim(),
    );
    const facts = [
      ["most memory of the agent", `${String(Math.round(servers.residentMegabytes))} MB`],
      ["the servers' files", statfsSync(tmpdir()).type === tmpfs ? "in memory" : "on disk"],
    ];
    writeResults(
      "Programs and memory of the dumps and restores",
      ["what", "value"],
      [...facts, ["versions", programs.join("; ")]],
    );
  } finally {
    await servers.stop();
  }
}

function measure(servers: Servers, name: string, shape: Shape): void {
  fill(servers, shape);
  const size = `${String(gigabytes)} GB`;
  // The agent between its peers: whatever else the machine does, it does to all.
  const dumped = new Map<string, Measured>();
  for (const [peer, line] of dumps)
    dumped.set(
      peer,
      best(line.includes(onlyOnce) ? 1 : rounds, () => servers.shell(line)),
    );
  dumped.set(
    agentName,
    best(rounds, () => servers.agent("backup")),
  );
  table(`Dump of ${size} of ${name} to an S3 server`, dumped, "pg_dump -Fc > /dev/null");
  servers.shell('pg_dump -Fc shop > "$OUT"');
  const restored = new Map<string, Measured>();
  for (const [peer, line] of restores) {
    restored.set(
      peer,
      best(rounds, () => servers.shell(line.replace("$TARGET", servers.target()))),
    );
    servers.dropTargets();
  }
  const into = (): string[] => ["--identity", servers.workspace.identityFiles[0], "--database", servers.target()];
  for (const [suffix, more] of [
    ["", []],
    [", --jobs 2", ["--jobs=2"]],
  ] as const) {
    restored.set(
      agentName + suffix,
      best(rounds, () => servers.agent("restore", ...into(), ...more)),
    );
    servers.dropTargets();
  }
  table(`Restore of ${size} of ${name} from an S3 server`, restored, "pg_restore of a local file");
}

function table(title: string, measured: ReadonlyMap<string, Measured>, first: string): void {
  const ours = measured.get(agentName)?.seconds ?? NaN;
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
