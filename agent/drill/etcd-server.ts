import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { run } from "../child.js";
import { AgentFailure } from "../failure.js";
import type { Scratch } from "../scratch.js";
import { withServer } from "./throw-away-server.js";

/** An address that nobody connects to: the only member has no peers. */
const noPeer = "http://127.0.0.1:1";

/**
 * Restores a snapshot, whose hash `etcdutl` compares on the way, starts an etcd on it and counts its keys. The server
 * listens on a socket in the scratch folder only: its data are the cluster's secrets.
 */
export async function keysOfSnapshot(file: string, scratch: Scratch): Promise<number> {
  const folder = scratch.path("etcd");
  const endpoint = `unix://${scratch.socketPath("etcd/client:0")}`;
  mkdirSync(folder);
  const cluster = ["--name=drill", `--initial-cluster=drill=${noPeer}`, `--initial-advertise-peer-urls=${noPeer}`];
  const data = join(folder, "data");
  await run("etcdutl", ["snapshot", "restore", file, `--data-dir=${data}`, ...cluster], {});
  // etcd takes the names of sockets relative to its folder, and in the form of a host and a port.
  const listen = ["--listen-client-urls=unix://client:0", "--advertise-client-urls=unix://client:0"];
  const args = [...cluster, `--data-dir=${data}`, ...listen, "--listen-peer-urls=unix://peer:0"];
  const count = async (): Promise<number> => {
    const all = ["get", "", "--prefix", "--count-only", "--write-out=fields"];
    const answer = await run("etcdctl", [`--endpoints=${endpoint}`, ...all], {});
    const found = /"Count" : (\d+)/.exec(answer)?.[1];
    if (found === undefined) throw new AgentFailure(1, "etcdctl must tell how many keys there are, got no count");
    return Number(found);
  };
  const server = { program: "etcd", args, stopSignal: "SIGTERM", folder, scratch } as const;
  return withServer(server, async () => (await count()) >= 0, count);
}
