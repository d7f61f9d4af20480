import { constants } from "node:fs";
import { copyFile, stat } from "node:fs/promises";
import { hostname } from "node:os";
import type { EtcdSource } from "../../components/model/agent-config.js";
import { run } from "../child.js";
import { say } from "../console.js";
import { keysOfSnapshot } from "../drill/etcd-server.js";
import { AgentFailure, reasonOf } from "../failure.js";
import { Scratch } from "../scratch.js";
import { verifySnapshot } from "./etcd-snapshot.js";
import { defaultIdleSeconds } from "./idle.js";
import { fileStream } from "./program-stream.js";
import type { OpenSource } from "./source.js";

/** What a trial restore told of a snapshot. */
interface Trial {
  readonly version: string;
  readonly rowCounts: Readonly<Record<string, number>>;
  readonly omitted: readonly string[];
}

/** Takes a snapshot, or one that lies there; it counts only with its hash, and when etcd starts on it. */
export async function openEtcd(source: EtcdSource): Promise<OpenSource> {
  const scratch = await Scratch.make();
  try {
    const file = scratch.path("snapshot.db");
    const time = await takeSnapshot(source, file);
    await verifySnapshot(file);
    const { version, rowCounts, omitted } = await tryRestore(file, scratch);
    const place = { host: source.endpoint ?? hostname(), database: source.file ?? null };
    const facts = { kind: "etcd", ...place, clientVersion: version, serverVersion: "unknown", omitted };
    return {
      time,
      parts: [{ name: "snapshot", extension: "db", beginsWith: "", open: () => fileStream(file) }],
      facts: () => Promise.resolve({ source: facts, rowCounts }),
      close: () => {
        scratch.remove();
      },
    };
  } catch (error) {
    scratch.remove();
    throw error;
  }
}

/** The moment of a file is when it was last written: it may have waited for this run. */
async function takeSnapshot(source: EtcdSource, file: string): Promise<Date> {
  if (source.file !== undefined) {
    const status = await stat(source.file).catch((error: unknown) => {
      const advice = "check the mount and the program that writes it";
      throw new AgentFailure(1, `source.file must be a readable file (the agent), got ${reasonOf(error)}; ${advice}`);
    });
    // A copy: what was verified must be what is stored, whoever writes to the file meanwhile.
    await copyFile(source.file, file, constants.COPYFILE_FICLONE);
    return status.mtime;
  }
  const options = [
    ["endpoints", source.endpoint],
    ["cacert", source.caFile],
    ["cert", source.certFile],
    ["key", source.keyFile],
  ].flatMap(([name, value]) => (value === undefined ? [] : [`--${String(name)}=${value}`]));
  // A snapshot waits for ever where nobody answers or lets it in; this question has a time limit.
  await run("etcdctl", [...options, "--command-timeout=10s", "endpoint", "status"], {});
  const time = new Date();
  const seconds = source.idleTimeoutSeconds ?? defaultIdleSeconds;
  // It writes beside the file, and renames that when all of it is there.
  const sign = async (): Promise<number> => (await stat(`${file}.part`)).size;
  const patience = { seconds, host: source.endpoint ?? "", sign };
  await run("etcdctl", [...options, "snapshot", "save", file], {}, patience);
  return time;
}

/**
 * Counts the keys with the programs of etcd. Where an init container of etcd's own image made the snapshot they may not
 * be at hand: the hash is proof enough to keep it, and the drill counts.
 */
async function tryRestore(file: string, scratch: Scratch): Promise<Trial> {
  let version: string;
  try {
    await run("etcd", ["--version"], {});
    await run("etcdctl", ["version"], {});
    version = (await run("etcdutl", ["version"], {})).split("\n")[0] ?? "";
  } catch (error) {
    say(`${reasonOf(error)}; the keys are not counted`);
    return { version: "unknown", rowCounts: {}, omitted: ["key count: no programs of etcd"] };
  }
  const keys = await keysOfSnapshot(file, scratch).catch((error: unknown) => {
    if (error instanceof AgentFailure && error.exitCode === 2) throw error;
    throw new AgentFailure(1, `the snapshot cannot be restored: ${reasonOf(error)}`, { cause: error });
  });
  return { version, rowCounts: { keys }, omitted: [] };
}
