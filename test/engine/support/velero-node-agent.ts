import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { programPath } from "../../support/programs.js";
import { apply, kubectl } from "./cluster.js";
import { loadImage } from "./image.js";

/** Velero's node agent on every node, from this machine's own `velero`; its pods move the data of volumes. */
export class VeleroNodeAgent {
  /** Velero as an image: also that of the pods which it makes, and of those which wait for a restored volume. */
  static readonly image = "example.com/velero:of-this-machine";

  constructor(private readonly namespace: string) {}

  async start(): Promise<void> {
    const folder = mkdtempSync(join(tmpdir(), "velero-image-"));
    try {
      const [root, work] = [join(folder, "root"), join(folder, "work")];
      for (const made of [root, work, join(root, "tmp")]) mkdirSync(made);
      for (const name of ["velero", "velero-restore-helper"]) copyFileSync(programPath(name)!, join(root, name));
      await loadImage(VeleroNodeAgent.image, root, work);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
    await apply(this.role, this.daemonSet);
    await kubectl("-n", this.namespace, "rollout", "status", "daemonset/node-agent", "--timeout=120s");
  }

  async stop(): Promise<void> {
    await kubectl("delete", "clusterrolebinding", this.namespace, "--ignore-not-found");
  }

  private get role(): object {
    return {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "ClusterRoleBinding",
      metadata: { name: this.namespace },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "cluster-admin" },
      subjects: [{ kind: "ServiceAccount", name: "default", namespace: this.namespace }],
    };
  }

  /** What Velero looks for: the names of the DaemonSet and of its volume, and the label of its role. */
  private get daemonSet(): object {
    const labels = { name: "node-agent", role: "node-agent" };
    const field = (name: string, fieldPath: string) => ({ name, valueFrom: { fieldRef: { fieldPath } } });
    return {
      apiVersion: "apps/v1",
      kind: "DaemonSet",
      metadata: { name: "node-agent", namespace: this.namespace },
      spec: {
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: {
            terminationGracePeriodSeconds: 0,
            containers: [
              {
                name: "node-agent",
                image: VeleroNodeAgent.image,
                imagePullPolicy: "Never",
                command: ["/velero", "node-agent", "server"],
                env: [field("NODE_NAME", "spec.nodeName"), field("VELERO_NAMESPACE", "metadata.namespace")],
                volumeMounts: [{ name: "host-pods", mountPath: "/host_pods", mountPropagation: "HostToContainer" }],
              },
            ],
            volumes: [{ name: "host-pods", hostPath: { path: join(kubeletFolder(), "pods") } }],
          },
        },
      },
    };
  }
}

/** Where the kubelet of the test cluster keeps the volumes of pods. */
function kubeletFolder(): string {
  return join(process.env["CLUSTER_HOME"]!, "run", "kubelet");
}
