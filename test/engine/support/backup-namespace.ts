import { execFile } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { apply, kubectl } from "./cluster.js";

const run = promisify(execFile);

/**
 * A namespace as backups suppose it: it admits restricted pods only unless told otherwise, and has the keys and a volume for artefacts. The
 * cluster has no volume provisioner, so volumes are made by hand, each a folder of this machine.
 */
export class BackupNamespace {
  /** The folder of the backup volume on this machine. */
  readonly volume: string;
  readonly storageClassName: string;
  readonly folder = mkdtempSync(join(tmpdir(), "namespace-"));
  /** age recipients: one at work, one in a safe. */
  recipients: string[] = [];
  /** minisign public key. */
  publicKey = "";

  constructor(
    readonly namespace: string,
    private readonly podSecurity: "restricted" | "baseline" | "privileged" = "restricted",
  ) {
    this.storageClassName = namespace;
    chmodSync(this.folder, 0o755);
    this.volume = this.folderFor("volume");
  }

  /** Path of a key file: `identity.txt`, `safe.txt`, `minisign.key`, `minisign.pub`. */
  key(name: string): string {
    return join(this.folder, name);
  }

  /** A folder that every pod may write to. */
  folderFor(name: string): string {
    const folder = join(this.folder, name);
    mkdirSync(folder);
    chmodSync(folder, 0o777);
    return folder;
  }

  /** Makes keys, the namespace with their Secrets, and the volume. */
  async start(): Promise<void> {
    this.recipients = [await this.identity("identity.txt"), await this.identity("safe.txt")];
    await run("minisign", ["-G", "-W", "-p", this.key("minisign.pub"), "-s", this.key("minisign.key")]);
    this.publicKey = readFileSync(this.key("minisign.pub"), "utf8").trim().split("\n").at(-1)!;
    await apply({
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name: this.namespace, labels: { "pod-security.kubernetes.io/enforce": this.podSecurity } },
    });
    await apply(this.persistentVolume(this.storageClassName, this.volume));
    await this.secret("backup-signing-key", `--from-file=minisign.key=${this.key("minisign.key")}`);
    await this.secret("backup-identity", `--from-file=identity.txt=${this.key("identity.txt")}`);
  }

  /** Makes a Secret by `kubectl create secret generic`. */
  async secret(name: string, ...from: string[]): Promise<void> {
    await kubectl("-n", this.namespace, "create", "secret", "generic", name, ...from);
  }

  /** A volume that is a folder of this machine. */
  persistentVolume(name: string, path: string): object {
    return {
      apiVersion: "v1",
      kind: "PersistentVolume",
      metadata: { name, labels: { "test-namespace": this.namespace } },
      spec: {
        capacity: { storage: "50Gi" },
        accessModes: ["ReadWriteOnce"],
        storageClassName: name,
        persistentVolumeReclaimPolicy: "Retain",
        hostPath: { path },
      },
    };
  }

  /** Files of the backup volume, as object names. */
  objects(): string[] {
    return readdirSync(this.volume, { recursive: true, withFileTypes: true, encoding: "utf8" })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(this.volume.length + 1))
      .sort();
  }

  /** The newest object whose name has this in it, decrypted by the stock programs into a file; returns its path. */
  async plain(part: string, extension: string): Promise<string> {
    const object = this.objects()
      .filter((name) => name.includes(part) && name.endsWith(`.${extension}.zst.age`))
      .at(-1);
    const target = join(mkdtempSync(join(this.folder, "plain-")), `plain.${extension}`);
    const script = 'age -d -i "$1" "$2" | zstd -dqo "$3"';
    await run("bash", [
      "-o",
      "pipefail",
      "-ec",
      script,
      "sh",
      this.key("identity.txt"),
      join(this.volume, object!),
      target,
    ]);
    return target;
  }

  async stop(): Promise<void> {
    await kubectl("delete", "namespace", this.namespace, "--ignore-not-found", "--timeout=120s");
    await kubectl("delete", "pv", "-l", `test-namespace=${this.namespace}`, "--ignore-not-found");
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async identity(file: string): Promise<string> {
    await run("age-keygen", ["-o", this.key(file)]);
    return (await run("age-keygen", ["-y", this.key(file)])).stdout.trim();
  }
}
