import { kubectl, apply } from "./cluster.js";

/** What makes one small server of a test differ from another. */
export interface Workload {
  readonly namespace: string;
  /** Name of the Deployment, of its Service and of the label `app`. */
  readonly name: string;
  readonly image: string;
  readonly command: readonly string[];
  readonly user: number;
  /** Port of the Service; absent: there is none. */
  readonly port?: number;
  readonly env?: readonly object[];
  readonly volumes?: readonly { readonly name: string; readonly mountPath: string; readonly source: object }[];
}

/** Starts a server with one pod, which PodSecurity `restricted` admits, and waits until it is available. */
export async function start(workload: Workload): Promise<void> {
  await apply(deployment(workload), ...(workload.port === undefined ? [] : [service(workload)]));
  const { namespace, name } = workload;
  await kubectl("-n", namespace, "rollout", "status", `deployment/${name}`, "--timeout=180s");
}

function service({ namespace, name, port }: Workload): object {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name, namespace },
    spec: { selector: { app: name }, ports: [{ port }] },
  };
}

function deployment({ namespace, name, image, command, user, port, env, volumes = [] }: Workload): object {
  const labels = { app: name };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, namespace },
    spec: {
      replicas: 1,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          securityContext: { runAsNonRoot: true, runAsUser: user, seccompProfile: { type: "RuntimeDefault" } },
          terminationGracePeriodSeconds: 0,
          containers: [
            {
              name,
              image,
              imagePullPolicy: "IfNotPresent",
              command,
              env,
              securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
              readinessProbe: port === undefined ? undefined : { tcpSocket: { port }, periodSeconds: 1 },
              volumeMounts: volumes.map((volume) => ({ name: volume.name, mountPath: volume.mountPath })),
            },
          ],
          volumes: volumes.map((volume) => ({ name: volume.name, ...volume.source })),
        },
      },
    },
  };
}
