import { execFile } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { apply, kubectl } from "./cluster.js";

const run = promisify(execFile);

/**
 * An etcd as kubeadm runs it: in a pod on its node's network, open to who has a client certificate of its authority. All
 * certificates lie in a folder of the node, which only root may read.
 */
export class EtcdMember {
  /** The folder that stands for `/etc/kubernetes`. */
  readonly kubernetes: string;
  private readonly pki: string;

  constructor(
    private readonly namespace: string,
    folder: string,
    private readonly host: string,
    private readonly port: number,
  ) {
    this.kubernetes = join(folder, "kubernetes");
    this.pki = join(this.kubernetes, "pki", "etcd");
  }

  async start(): Promise<void> {
    mkdirSync(this.pki, { recursive: true });
    mkdirSync(join(this.kubernetes, "tmp"));
    writeFileSync(join(this.kubernetes, "tmp", "kubeadm-backup-etcd"), "a whole copy");
    writeFileSync(join(this.kubernetes, "admin.conf"), "a kubeconfig", { mode: 0o600 });
    await this.certificate("ca", ["-subj", "/CN=etcd-ca"]);
    await this.certificate("server", this.signed("server", `IP:${this.host},IP:127.0.0.1`));
    await this.certificate("healthcheck-client", this.signed("healthcheck-client", "DNS:client"));
    await apply(this.pod());
    await kubectl("-n", this.namespace, "wait", "pod/etcd", "--for=condition=Ready", "--timeout=120s");
  }

  /** Runs etcdctl on this machine, as a client with the certificate. */
  async etcdctl(...args: string[]): Promise<string> {
    const file = (name: string) => join(this.pki, name);
    const tls = [
      `--cacert=${file("ca.crt")}`,
      `--cert=${file("healthcheck-client.crt")}`,
      `--key=${file("healthcheck-client.key")}`,
    ];
    return (await run("etcdctl", [`--endpoints=https://${this.host}:${String(this.port)}`, ...tls, ...args])).stdout;
  }

  private signed(name: string, alternative: string): string[] {
    const authority = ["-CA", join(this.pki, "ca.crt"), "-CAkey", join(this.pki, "ca.key")];
    const usage = ["-addext", "extendedKeyUsage=serverAuth,clientAuth", "-addext", `subjectAltName=${alternative}`];
    return [...authority, "-subj", `/CN=${name}`, ...usage];
  }

  private async certificate(name: string, settings: string[]): Promise<void> {
    const files = ["-keyout", join(this.pki, `${name}.key`), "-out", join(this.pki, `${name}.crt`)];
    await run("openssl", ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", ...files, ...settings]);
  }

  private pod(): object {
    const urls = [`https://127.0.0.1:${String(this.port)}`, `https://${this.host}:${String(this.port)}`].join(",");
    return {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "etcd", namespace: this.namespace },
      spec: {
        hostNetwork: true,
        terminationGracePeriodSeconds: 0,
        containers: [
          {
            name: "etcd",
            image: "registry.k8s.io/etcd:3.6.14-0",
            imagePullPolicy: "IfNotPresent",
            command: [
              "etcd",
              "--data-dir=/data/etcd",
              `--listen-client-urls=${urls}`,
              `--advertise-client-urls=${urls}`,
              "--listen-peer-urls=unix://peer:0",
              "--client-cert-auth",
              "--trusted-ca-file=/pki/ca.crt",
              "--cert-file=/pki/server.crt",
              "--key-file=/pki/server.key",
            ],
            workingDir: "/data",
            readinessProbe: { tcpSocket: { port: this.port, host: this.host }, periodSeconds: 1 },
            volumeMounts: [
              { name: "pki", mountPath: "/pki", readOnly: true },
              { name: "data", mountPath: "/data" },
            ],
          },
        ],
        volumes: [
          { name: "pki", hostPath: { path: this.pki, type: "Directory" } },
          { name: "data", emptyDir: {} },
        ],
      },
    };
  }
}
