// Servers that take connections and never answer, or break off in the middle and go silent: the run ends by its own time limit,
// leaves no program behind and stores nothing. Does not prove: the limits that are meant for use, which are long.
import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { needPrograms } from "../../support/programs.js";
import { EtcdServer } from "../support/etcd-server.js";
import { Workspace } from "../support/workspace.js";

describe("agent: sources that are stuck", () => {
  let workspace: Workspace;
  let server: Server;
  let port: number;
  let answer: (socket: Socket, line: string) => void;
  const sockets = new Set<Socket>();

  before(async function () {
    needPrograms(this, "age-keygen", "minisign");
    server = createServer((socket) => {
      sockets.add(socket);
      socket.on("error", () => undefined);
      socket.on("data", (bytes) => {
        answer(socket, bytes.toString("latin1"));
      });
    });
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    port = (server.address() as AddressInfo).port;
  });
  after(() => {
    for (const socket of sockets) socket.destroy();
    (server as Server | undefined)?.close();
  });
  beforeEach(() => {
    answer = () => undefined;
    workspace = new Workspace({ source: { kind: "command", command: ["true"] } });
  });
  afterEach(() => {
    workspace.remove();
  });

  async function assertGivenUp(source: object, message: RegExp): Promise<void> {
    // A mark by which every program of the run can be found.
    workspace.variables["TZ"] = `UTC-${workspace.root}`;
    const run = await workspace.run(["backup"], { source });
    assert.equal(run.code, 1, run.stderr);
    assert.match(run.result.message, message);
    assert.deepEqual(workspace.stored(), []);
    assert.deepEqual(programsMarked(workspace.root), []);
  }

  describe("Redis", () => {
    before(function () {
      needPrograms(this, "redis-cli", "redis-check-rdb");
    });

    it("never answers", async () => {
      const source = { kind: "redis", host: "127.0.0.1", port, connectTimeoutSeconds: 0 };
      await assertGivenUp(source, /^no answer from 127\.0\.0\.1 within 0 seconds: redis-cli was ended: nothing came/);
    });

    it("goes silent before and within its snapshot", async () => {
      const source = { kind: "redis", host: "127.0.0.1", port, idleTimeoutSeconds: 2 };
      const silent = /^redis-cli was ended: nothing came from 127\.0\.0\.1 for 2 seconds$/;
      for (const snapshot of ["", "$1000000\r\nREDIS0009"]) {
        answer = (socket, line) => {
          if (/PING/.test(line)) socket.write("+PONG\r\n");
          else if (/SYNC/.test(line)) socket.write(snapshot);
          else socket.write("-ERR unknown command\r\n");
        };
        await assertGivenUp(source, silent);
      }
    });
  });

  describe("etcd", () => {
    const etcd = new EtcdServer();

    before(async function () {
      needPrograms(this, "etcd", "etcdctl", "openssl");
      await etcd.start();
    });
    after(() => etcd.stop());

    it("goes silent when it is asked for its snapshot", async () => {
      workspace.program(
        "etcdctl",
        `case "$*" in *" snapshot "*) kill -STOP ${String(etcd.pid)};; esac; PATH="\${PATH#*:}" exec etcdctl "$@"`,
      );
      await assertGivenUp(
        etcd.source({ idleTimeoutSeconds: 2 }),
        /^etcdctl was ended: nothing came from https:\S+ for 2 seconds$/,
      );
    });
  });

  describe("Git", () => {
    before(function () {
      needPrograms(this, "git");
    });

    it("never answers over HTTP", async () => {
      const source = { kind: "git", url: `http://127.0.0.1:${String(port)}/x.git`, idleTimeoutSeconds: 2 };
      await assertGivenUp(source, /^git was ended: nothing came from http:\S+ for 2 seconds$/);
    });

    it("never answers over ssh, and ssh ends with git", async function () {
      needPrograms(this, "ssh", "ssh-keygen");
      const knownHostsFile = workspace.path("known_hosts");
      writeFileSync(knownHostsFile, "");
      const url = `ssh://git@127.0.0.1:${String(port)}/x.git`;
      const source = { kind: "git", url, knownHostsFile, idleTimeoutSeconds: 2 };
      await assertGivenUp(source, /^git was ended: nothing came from ssh:\S+ for 2 seconds$/);
    });
  });
});

/** Command lines of the processes whose environment holds a text. */
function programsMarked(text: string): string[] {
  return readdirSync("/proc").flatMap((pid) => {
    try {
      const environment = readFileSync(`/proc/${pid}/environ`, "latin1");
      return environment.includes(text) ? [readFileSync(`/proc/${pid}/cmdline`, "latin1").replaceAll("\0", " ")] : [];
    } catch {
      return [];
    }
  });
}
