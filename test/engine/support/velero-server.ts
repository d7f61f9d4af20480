import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createWriteStream, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../../agent/support/postgres-server.js";
import { apply } from "./cluster.js";

/** Velero's own server beside the cluster, for one namespace. Its object-store plugin lies in `$CLUSTER_HOME/velero-plugins`. */
export class VeleroServer {
  private readonly folder = mkdtempSync(join(tmpdir(), "velero-"));
  private process: ChildProcess | undefined;

  /** @param image what its Deployment says, and what a pod waits with for its restored volumes */
  constructor(
    private readonly namespace: string,
    private readonly image = "velero/velero:v1.17.1",
  ) {}

  async start(): Promise<void> {
    await apply(deploymentOf(this.namespace, this.image));
    const plugins = join(process.env["CLUSTER_HOME"] ?? "/", "velero-plugins");
    const [metrics, profiler] = [await freePort(), await freePort()];
    const flags = ["--plugin-dir", plugins, "--metrics-address", `127.0.0.1:${metrics}`];
    this.process = spawn("velero", ["server", ...flags, "--profiler-address", `127.0.0.1:${profiler}`], {
      env: { ...process.env, VELERO_NAMESPACE: this.namespace, HOME: this.folder },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const log = createWriteStream(join(this.folder, "log"));
    this.process.stdout?.pipe(log);
    this.process.stderr?.pipe(log);
    await once(this.process, "spawn");
  }

  /** Everything that the server has printed. */
  get log(): string {
    return readFileSync(join(this.folder, "log"), "utf8");
  }

  async stop(): Promise<void> {
    const server = this.process;
    if (server?.exitCode === null) {
      const exited = once(server, "exit");
      server.kill();
      await exited;
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** The Deployment that Velero normally is: restores look into it for their settings. */
function deploymentOf(namespace: string, image: string): object {
  const labels = { app: "velero" };
  const spec = { containers: [{ name: "velero", image }] };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "velero", namespace },
    spec: { replicas: 0, selector: { matchLabels: labels }, template: { metadata: { labels }, spec } },
  };
}
