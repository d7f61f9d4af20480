// What the agent does alone: encryption, ten thousand manifests, the size and the start of its bundles: `tsx bench/agent/own.ts`.
import { execFileSync, spawnSync } from "node:child_process";
import { statSync } from "node:fs";
import { createCipheriv, randomBytes } from "node:crypto";
import { Readable, Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { encryptionTo } from "../../agent/crypto/age-file.js";
import { writeBackups } from "../../test/agent/support/many-backups.js";
import { runProgram } from "../../test/support/programs.js";
import { agentBundle, bundleFamilies, Workspace } from "../../test/agent/support/workspace.js";
import { seconds, writeResults } from "./results.js";
import { best } from "./stopwatch.js";

const manifests = 10_000;
const encryptedMegabytes = 1024;
const chunk = randomBytes(256 * 1024);

async function main(): Promise<void> {
  const workspace = new Workspace({
    source: { kind: "postgres", host: "db", database: "shop", user: "u" },
    retention: { hourly: null },
  });
  try {
    await encryption(workspace);
    await catalogue(workspace);
  } finally {
    workspace.remove();
  }
  bundles();
}

async function encryption(workspace: Workspace): Promise<void> {
  const chunks = (encryptedMegabytes * 2 ** 20) / chunk.length;
  const nowhere = new Writable({
    write: (_chunk, _encoding, done) => {
      done();
    },
  });
  const before = process.cpuUsage();
  const source = Readable.from(
    Array.from({ length: chunks }, () => chunk),
    { objectMode: false },
  );
  await pipeline(source, await encryptionTo(workspace.config.recipients), nowhere);
  const { user, system } = process.cpuUsage(before);
  const rate = (spent: number): string => `${String(Math.round((encryptedMegabytes * 2 ** 20) / spent))} MB/s`;
  const bare = best(3, () => bareCipher(chunks));
  writeResults(
    "Encryption alone",
    ["what", "per core"],
    [
      ["the agent's age payload, by processor time", rate(user + system)],
      ["chacha20-poly1305 of this node, 64 KiB at a time, by time", rate(bare.seconds * 1e6)],
    ],
  );
}

function bareCipher(chunks: number): number {
  const part = chunk.subarray(0, 64 * 1024);
  for (let index = 0; index < chunks * 4; index++) {
    const cipher = createCipheriv("chacha20-poly1305", chunk.subarray(0, 32), chunk.subarray(0, 12), {
      authTagLength: 16,
    });
    cipher.update(part);
    cipher.final();
  }
  return chunks;
}

async function catalogue(workspace: Workspace): Promise<void> {
  writeBackups(workspace, manifests);
  const rows: string[][] = [];
  for (const command of ["list", "check"]) {
    const before = childSeconds();
    const run = await workspace.run([command, ...(command === "list" ? ["--json"] : [])]);
    if (run.code !== 0) throw new Error(run.stderr);
    rows.push([command, seconds(Number(run.result["seconds"])), seconds(childSeconds() - before)]);
  }
  writeResults(`${String(manifests)} signed manifests in a folder`, ["command", "seconds", "processor seconds"], rows);
}

/** Processor time of the children that ended; node tells only its own. */
function childSeconds(): number {
  const ticks = execFileSync("cat", [`/proc/${String(process.pid)}/stat`], { encoding: "utf8" });
  const fields = ticks.slice(ticks.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[13]) + Number(fields[14])) / Number(runProgram("getconf", ["CLK_TCK"]).toString());
}

function bundles(): void {
  const rows = bundleFamilies.map((family) => {
    const start = best(7, () => spawnSync(process.execPath, [agentBundle(family), "--help"]).status ?? 1);
    const gzipped = Math.round(statSync(`${agentBundle(family)}.gz`).size / 1000);
    return [family, `${String(gzipped)} KB`, `${String(Math.round(start.seconds * 1000))} ms`];
  });
  const bare = best(7, () => spawnSync(process.execPath, ["-e", "0"]).status ?? 1);
  rows.push(["node alone", "", `${String(Math.round(bare.seconds * 1000))} ms`]);
  writeResults("Bundles", ["family", "gzip'd", "start, best of 7"], rows);
}

void main();
