/** The part of a pod that PodSecurity judges. */
interface Pod {
  readonly securityContext?: Record<string, unknown>;
  readonly initContainers?: readonly Container[];
  readonly containers: readonly Container[];
  readonly volumes?: readonly Record<string, unknown>[];
}

interface Container {
  readonly name: string;
  readonly securityContext?: {
    readonly allowPrivilegeEscalation?: boolean;
    readonly capabilities?: { readonly drop?: readonly string[] };
  };
}

const volumeKinds = [
  "configMap",
  "csi",
  "downwardAPI",
  "emptyDir",
  "ephemeral",
  "image",
  "persistentVolumeClaim",
  "projected",
  "secret",
];

/** What PodSecurity `restricted` (Kubernetes 1.36) would refuse in a pod. */
export function restrictedViolations(pod: Pod): string[] {
  const context = pod.securityContext ?? {};
  const containers = [...(pod.initContainers ?? []), ...pod.containers];
  return [
    ...(context["runAsNonRoot"] === true ? [] : ["runAsNonRoot"]),
    ...((context["seccompProfile"] as { type?: string } | undefined)?.type === "RuntimeDefault"
      ? []
      : ["seccompProfile"]),
    ...containers.flatMap(({ name, securityContext }) => [
      ...(securityContext?.allowPrivilegeEscalation === false ? [] : [`${name}: allowPrivilegeEscalation`]),
      ...(securityContext?.capabilities?.drop?.includes("ALL") === true ? [] : [`${name}: capabilities`]),
    ]),
    ...(pod.volumes ?? []).flatMap(({ name, ...kind }) =>
      Object.keys(kind).every((key) => volumeKinds.includes(key)) ? [] : [`volume ${String(name)}`],
    ),
  ];
}
