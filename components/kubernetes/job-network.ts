import * as networking from "@pulumi/kubernetes/networking/v1";
import type * as pulumi from "@pulumi/pulumi";
import type { BackupStore, StoreAccess } from "../shared/store.js";
import { proxyPorts } from "./http-proxy.js";
import type { PodSettings } from "./pod-settings.js";

/** What the pods of jobs may reach. */
export interface JobNetwork {
  /** Names of the CronJobs whose pods it holds for. */
  readonly jobNames: readonly [string, ...string[]];
  readonly namespace: pulumi.Input<string> | undefined;
  readonly labels: Record<string, pulumi.Input<string>>;
  /** Ports of the data. */
  readonly ports: readonly number[];
  readonly stores: readonly BackupStore[];
  readonly pod: Pick<PodSettings, "proxy" | "networkPolicy">;
}

/** Closes ingress; opens egress to what the jobs need and to nothing else. Makes nothing where the caller wants none. */
export function jobNetwork(
  name: string,
  { jobNames, namespace, labels, ports: own, stores, pod }: JobNetwork,
  options: pulumi.CustomResourceOptions,
): pulumi.Resource[] {
  if (pod.networkPolicy === "none") return [];
  const storePorts = stores.flatMap(({ access }) => storePort(access));
  const asked = pod.networkPolicy?.egressPorts ?? [];
  const ports = [...new Set([...own, ...storePorts, ...proxyPorts(pod.proxy), ...asked])];
  const [jobName, ...others] = jobNames;
  const key = "backup-tiers/job";
  const policy = new networking.NetworkPolicy(
    `${name}-network`,
    {
      metadata: { name: jobName, namespace, labels },
      spec: {
        podSelector:
          others.length === 0
            ? { matchLabels: { [key]: jobName } }
            : { matchExpressions: [{ key, operator: "In", values: [...jobNames] }] },
        policyTypes: ["Ingress", "Egress"],
        egress: [
          {
            ports: [
              { protocol: "UDP", port: 53 },
              { protocol: "TCP", port: 53 },
            ],
          },
          ...(ports.length > 0 ? [{ ports: ports.map((port) => ({ protocol: "TCP", port })) }] : []),
        ],
      },
    },
    options,
  );
  return [policy];
}

/** Port of a store that is reached over the network; 443 where its address is known only later. */
function storePort(access: StoreAccess): number[] {
  if (access.kind === "folder") return [];
  if (typeof access.endpoint !== "string") return [443];
  const { port, protocol } = new URL(access.endpoint);
  return [port === "" ? (protocol === "http:" ? 80 : 443) : Number(port)];
}
