import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { apply, kubectl } from "./cluster.js";
import { gate, isGated } from "./network-gate.js";
import { type NetworkPolicy, type Pod, policyRules } from "./policy-rules.js";

type Named = Pod | NetworkPolicy;

interface Change {
  readonly type: string;
  readonly object: Named;
}

/**
 * Enforces the NetworkPolicies of some namespaces on this machine, which must be the cluster's only node: the network of the
 * test cluster enforces none. Other namespaces, and pods that no policy selects, keep what they have. Pods of the library
 * wait in an init container until the rules hold for them: what they reach then, they reach under their policy. The rules
 * go with this process, however it ends.
 */
export class NetworkEnforcer {
  /** Name of the table of rules and of the gate: several test runs may share a cluster. */
  private readonly name = `backup-tiers-test-${String(process.pid)}`;
  private readonly folder = mkdtempSync(join(tmpdir(), "network-"));
  private readonly canary = createServer((socket) => socket.destroy());
  private readonly children: ChildProcess[] = [];
  private readonly complaints: string[] = [];
  private readonly pods = new Map<string, Pod>();
  private readonly policies = new Map<string, NetworkPolicy>();
  private nft: ChildProcess | undefined;
  private rules = "";
  private written = 0;

  /**
   * @param host - address of this machine as pods see it
   * @param namespaces - the first must exist
   */
  constructor(
    private readonly host: string,
    private readonly namespaces: readonly [string, ...string[]],
  ) {}

  async start(): Promise<void> {
    await new Promise<void>((listening) => this.canary.listen(0, this.host, listening));
    const { port } = this.canary.address() as AddressInfo;
    await apply(...gate(this.name, this.namespaces, `${this.host}:${String(port)}`));
    this.nft = this.run("nft", "-i");
    await this.follow("/api/v1/pods", this.pods);
    await this.follow("/apis/networking.k8s.io/v1/networkpolicies", this.policies);
    while (!(await isGated(this.namespaces[0])));
  }

  /** Throws what went wrong meanwhile. */
  async stop(): Promise<void> {
    for (const child of this.children.splice(0)) {
      child.removeAllListeners("exit");
      const ended = new Promise((exit) => child.once("exit", exit));
      child.kill();
      await ended;
    }
    this.canary.close();
    rmSync(this.folder, { recursive: true, force: true });
    for (const kind of ["mutatingadmissionpolicybinding", "mutatingadmissionpolicy"])
      await kubectl("delete", kind, this.name, "--ignore-not-found");
    if (this.complaints.length > 0) throw new Error(this.complaints.join("\n"));
  }

  private async follow<Kind extends Named>(path: string, known: Map<string, Kind>): Promise<void> {
    const { items, metadata } = JSON.parse(await kubectl("get", "--raw", path)) as {
      items: Kind[];
      metadata: { resourceVersion: string };
    };
    for (const item of items) known.set(keyOf(item), item);
    this.enforce();
    const watch = this.run("kubectl", "get", "--raw", `${path}?watch=true&resourceVersion=${metadata.resourceVersion}`);
    createInterface({ input: watch.stdout! }).on("line", (line) => {
      const { type, object } = JSON.parse(line) as Change;
      if (type === "DELETED") known.delete(keyOf(object));
      else known.set(keyOf(object), object as Kind);
      this.enforce();
    });
  }

  /** Replaces all rules at once, where they have changed. */
  private enforce(): void {
    const here = ({ metadata }: Named) => this.namespaces.includes(metadata.namespace);
    let rules = "";
    try {
      rules = policyRules(this.name, [...this.pods.values()], [...this.policies.values()].filter(here));
    } catch (error) {
      this.complaints.push(String(error));
    }
    if (rules === this.rules || rules === "") return;
    this.rules = rules;
    const file = join(this.folder, `rules-${String(this.written++)}`);
    writeFileSync(file, rules);
    this.nft?.stdin?.write(`include "${file}"\n`);
  }

  private run(program: string, ...args: string[]): ChildProcess {
    const child = spawn(program, args);
    child.stderr.on("data", (text: Buffer) => this.complaints.push(`${program}: ${text.toString()}`));
    child.once("exit", () => this.complaints.push(`${program} ended`));
    this.children.push(child);
    return child;
  }
}

function keyOf({ metadata }: Named): string {
  return `${metadata.namespace}/${metadata.name}`;
}
