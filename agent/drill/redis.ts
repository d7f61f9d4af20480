import { rename } from "node:fs/promises";
import { run } from "../child.js";
import { redisProgram } from "../sources/redis-program.js";
import { countProblems, type Rehearsal, type RehearsalPlan } from "./rehearsal.js";
import { withServer } from "./throw-away-server.js";
import { unpack, wrongArtefact } from "./unpack.js";

/** Loads the snapshot into a server that listens on a socket of the scratch place only, and counts its keys. */
export async function rehearseRedis(plan: RehearsalPlan): Promise<Rehearsal> {
  const { folder } = plan.scratch;
  await rename(await unpack(plan, "keys"), plan.scratch.path("dump.rdb"));
  const socket = plan.scratch.socketPath("socket");
  const ask = (...words: readonly string[]): Promise<string> => run(redisProgram("cli"), ["-s", socket, ...words], {});
  const listen = ["--port", "0", "--unixsocket", socket, "--unixsocketperm", "700"];
  // A replica keeps keys whose time ran out since; its master is an address that nobody can have.
  const replica = ["--replicaof", "127.0.0.1", "0", "--save", "", "--appendonly", "no"];
  const args = [...listen, "--dir", folder, "--dbfilename", "dump.rdb", ...replica];
  // Until it has loaded everything it answers with LOADING.
  const answers = async (): Promise<boolean> => /^# Keyspace/.test(await ask("INFO", "keyspace"));
  const count = async (): Promise<number> => {
    const databases = [...(await ask("INFO", "keyspace")).matchAll(/^db\d+:keys=(\d+),/gm)];
    return databases.reduce((sum, [, keys]) => sum + Number(keys), 0);
  };
  const server = { program: redisProgram("server"), args, stopSignal: "SIGKILL", scratch: plan.scratch } as const;
  const rowCounts = { keys: await withServer(server, answers, count).catch(wrongArtefact) };
  return { rowCounts, checks: [], problems: countProblems(plan.manifest.rowCounts, rowCounts) };
}
