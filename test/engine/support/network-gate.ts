import { create } from "./cluster.js";
import { managed, probeImage, probePod } from "./network-probe.js";

/**
 * Asks for an address that no policy opens until it is refused. A pod that is never refused has no policy: it fails, as the
 * test that waits for it must.
 */
const wait = (address: string) =>
  `const net=require("net"),[host,port]=${JSON.stringify(address.split(":"))};let left=600;
(function ask(){let refused=false;net.connect(port,host,function(){this.destroy()})
.on("error",({code})=>{refused=code==="EHOSTUNREACH"}).on("close",()=>{if(refused)process.exit(0);
if(left--===0){console.error("no policy closes this pod's network");process.exit(1)}setTimeout(ask,50)})})()`;

/** A policy that puts an init container before those of the library's pods in some namespaces, and what puts it in force. */
export function gate(name: string, namespaces: readonly string[], address: string): object[] {
  const binding = {
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "MutatingAdmissionPolicyBinding",
    metadata: { name },
    spec: { policyName: name },
  };
  return [gatePolicy(name, namespaces, address), binding];
}

function gatePolicy(name: string, namespaces: readonly string[], address: string): object {
  const text = JSON.stringify;
  const container = "Object.spec.initContainers";
  const settings = [
    `name: "network", image: ${text(probeImage)}, imagePullPolicy: "IfNotPresent"`,
    `command: ["node", "-e", ${text(wait(address))}]`,
    `securityContext: ${container}.securityContext{allowPrivilegeEscalation: false, runAsNonRoot: true, runAsUser: 1000, capabilities: ${container}.securityContext.capabilities{drop: ["ALL"]}}`,
    `resources: ${container}.resources{requests: {"cpu": "10m", "memory": "64Mi"}, limits: {"memory": "128Mi"}}`,
  ];
  return {
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "MutatingAdmissionPolicy",
    metadata: { name },
    spec: {
      failurePolicy: "Fail",
      reinvocationPolicy: "Never",
      matchConstraints: {
        namespaceSelector: {
          matchExpressions: [{ key: "kubernetes.io/metadata.name", operator: "In", values: namespaces }],
        },
        objectSelector: { matchLabels: managed },
        resourceRules: [{ apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["pods"] }],
      },
      matchConditions: [
        { name: "has-init-containers", expression: "has(object.spec.initContainers)" },
        // Policies do not hold for pods on their node's own network.
        { name: "has-network", expression: "!has(object.spec.hostNetwork) || !object.spec.hostNetwork" },
      ],
      mutations: [
        {
          patchType: "JSONPatch",
          jsonPatch: {
            expression: `[JSONPatch{op: "add", path: "/spec/initContainers/0", value: ${container}{${settings.join(", ")}}}]`,
          },
        },
      ],
    },
  };
}

/** Tells whether admission heeds the policy by now. */
export async function isGated(namespace: string): Promise<boolean> {
  const pod = await create(probePod(namespace, "gated", {}, ""), "--dry-run=server", "-o", "json");
  const { spec } = JSON.parse(pod) as { spec: { initContainers: { name: string }[] } };
  return spec.initContainers[0]?.name === "network";
}
