import { copyFile, stat } from "node:fs/promises";
import { hostname } from "node:os";
import type { EtcdSource } from "../../components/model/agent-config.js";
import { run } from "../child.js";
import { keysOfSnapshot } from "../drill/etcd-server.js";
import { AgentFailure, reasonOf } from "../failure.js";
import { Scratch } from "../scratch.js";
import { fileStream } from "./program-stream.js";
import type { OpenSource } from "./source.js";

/** Takes a snapshot, or one that lies there; it counts only when it can be restored, and its keys are counted so. */
export async function openEtcd(source: EtcdSource): Promise<OpenSource> {
  const version = (await run("etcdutl", ["version"], {})).split("\n")[0] ?? "";
  const scratch = new Scratch();
  try {
    const file = scratch.path("snapshot.db");
    const time = await takeSnapshot(source, file);
    const keys = await keysOfSnapshot(file, scratch).catch((error: unknown) => {
      if (error instanceof AgentFailure && error.exitCode === 2) throw error;
      throw new AgentFailure(1, `the snapshot cannot be restored: ${reasonOf(error)}`, { cause: error });
    });
    const host = source.endpoint ?? hostname();
    return {
      time,
      parts: [{ name: "snapshot", extension: "db", beginsWith: "", open: () => fileStream(file) }],
      facts: () =>
        Promise.resolve({
          source: {
            kind: "etcd",
            host,
            database: source.file ?? null,
            clientVersion: version,
            serverVersion: "unknown",
            omitted: [],
          },
          rowCounts: { keys },
        }),
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
    // A copy: what was verified must be what is stored, whoever writes to the file meanwhile.
    const status = await stat(source.file).catch((error: unknown) => {
      throw new AgentFailure(2, `source.file must be a readable file (the agent), got ${reasonOf(error)}`);
    });
    await copyFile(source.file, file);
    return status.mtime;
  }
  const options = [
    ["endpoints", source.endpoint],
    ["cacert", source.caFile],
    ["cert", source.certFile],
    ["key", source.keyFile],
  ].flatMap(([name, value]) => (value === undefined ? [] : [`--${String(name)}=${value}`]));
  const time = new Date();
  await run("etcdctl", [...options, "snapshot", "save", file], {});
  return time;
}
