import * as networking from "@pulumi/kubernetes/networking/v1";
import type { types } from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { BackupStore } from "../shared/store.js";
import { proxyPorts } from "./http-proxy.js";
import type { PodSettings } from "./pod-settings.js";
import { credentialServers, storePorts } from "./store-network.js";

type EgressRule = types.input.networking.v1.NetworkPolicyEgressRule;

/** What the pods of jobs may reach. */
export interface JobNetwork {
  readonly policyName: string;
  /** The pods that it holds for: a label and its values. */
  readonly pods: { readonly key: string; readonly values: readonly [string, ...string[]] };
  readonly namespace: pulumi.Input<string> | undefined;
  readonly labels: Record<string, pulumi.Input<string>>;
  /** Ports of the data. */
  readonly ports: readonly number[];
  readonly stores: readonly BackupStore[];
  readonly pod: Pick<PodSettings, "proxy" | "networkPolicy">;
}

/** Label of the pods of a CronJob, whose value is its name. */
export const jobLabel = "backup-tiers/job";

/** Closes ingress; opens egress to what the jobs need and to nothing else. Makes nothing where the caller wants none. */
export function jobNetwork(
  name: string,
  { policyName, pods, namespace, labels, ports: own, stores, pod }: JobNetwork,
  options: pulumi.CustomResourceOptions,
): pulumi.Resource[] {
  if (pod.networkPolicy === "none") return [];
  const asked = pod.networkPolicy?.egressPorts ?? [];
  const accesses = stores.map(({ access }) => access);
  const ports = [...own, ...accesses.flatMap(storePorts), ...proxyPorts(pod.proxy), ...asked];
  const { key, values } = pods;
  const policy = new networking.NetworkPolicy(
    `${name}-network`,
    {
      metadata: { name: policyName, namespace, labels },
      spec: {
        podSelector:
          values.length === 1
            ? { matchLabels: { [key]: values[0] } }
            : { matchExpressions: [{ key, operator: "In", values: [...values] }] },
        policyTypes: ["Ingress", "Egress"],
        egress: [...nameServers, ...(ports.length > 0 ? [openPorts(ports)] : []), ...credentialServers(accesses)],
      },
    },
    options,
  );
  return [policy];
}

/**
 * Name servers, wherever they are: caches of nodes and of clouds are no pods. Those that are pods may listen on another port
 * than their Service: 5353 in OpenShift, 8053 in Gardener. Most plugins look at that one.
 */
const nameServers: readonly EgressRule[] = [
  {
    ports: [
      { protocol: "UDP", port: 53 },
      { protocol: "TCP", port: 53 },
    ],
  },
  {
    to: [
      { namespaceSelector: namespaceOf("kube-system"), podSelector: { matchLabels: { "k8s-app": "kube-dns" } } },
      { namespaceSelector: namespaceOf("openshift-dns") },
    ],
    ports: [{ protocol: "UDP" }, { protocol: "TCP" }],
  },
];

function namespaceOf(name: string): types.input.meta.v1.LabelSelector {
  return { matchLabels: { "kubernetes.io/metadata.name": name } };
}

function openPorts(ports: readonly pulumi.Input<number>[]): EgressRule {
  const known = pulumi.all([...ports]);
  return { ports: known.apply((each) => [...new Set(each)].map((port) => ({ protocol: "TCP", port }))) };
}
