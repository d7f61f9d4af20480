import type { types } from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { StoreAccess } from "../shared/store.js";

type EgressRule = types.input.networking.v1.NetworkPolicyEgressRule;

const https = 443;

/** Ports of a store that is reached over the network, and of the servers that know who asks. */
export function storePorts(access: StoreAccess): pulumi.Input<number>[] {
  if (access.kind === "folder") return [];
  const { endpoint, kind, credentialsSecret } = access;
  if (endpoint === undefined) return [https];
  // Keys of AWS and of Azure are enough for a server; every other identity is changed into a token first.
  const tokens = kind === "gcs" || credentialsSecret === undefined ? [https] : [];
  return [typeof endpoint === "string" ? portOf(endpoint) : pulumi.output(endpoint).apply(portOf), ...tokens];
}

function portOf(endpoint: string): number {
  const { port, protocol } = new URL(endpoint);
  return port === "" ? (protocol === "http:" ? 80 : https) : Number(port);
}

/** Where pods ask for their identity, by plain HTTP: servers on the node itself, which no port of a store opens. */
const servers: Readonly<Record<string, EgressRule[]>> = {
  // The agent of EKS Pod Identity. The metadata of the node stays closed: it would hand out the node's own role.
  s3: [openTo([80], "169.254.170.23/32", "fd00:ec2::23/128")],
  // The metadata server of GKE, for Dataplane V2 and for Calico.
  gcs: [openTo([80, 8080], "169.254.169.254/32"), openTo([987, 988], "169.254.169.252/32")],
};

/** Opens what workload identity needs; nothing where Secrets hold the credentials of all stores. */
export function credentialServers(accesses: readonly StoreAccess[]): EgressRule[] {
  const kinds = accesses.flatMap((access) =>
    access.kind === "folder" || access.credentialsSecret !== undefined ? [] : [access.kind],
  );
  return [...new Set(kinds)].flatMap((kind) => servers[kind] ?? []);
}

function openTo(ports: readonly number[], ...ranges: readonly string[]): EgressRule {
  return { to: ranges.map((cidr) => ({ ipBlock: { cidr } })), ports: ports.map((port) => ({ protocol: "TCP", port })) };
}
