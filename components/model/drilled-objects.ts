/** What a drill does with objects of one kind. Kinds with rights in a drill's namespace are rows of {@link drilledKinds}. */
export interface DrilledKind {
  /** API group; empty for the core. */
  readonly group: string;
  readonly kind: string;
  readonly plural: string;
  /**
   * `made`: tried, then made in the drill's namespace, compared and deleted. `tried`: sent with `dryRun=All` only, so that the
   * server judges it and keeps nothing. `read`: parsed and counted, never sent.
   */
  readonly proof: "made" | "tried" | "read";
  /** What is changed before it is sent, or why it is not made. */
  readonly why: string;
}

/**
 * The kinds that drills know. Whatever is not here is tried where the drill may, else read: to leave a kind out can make
 * a drill prove less, never do more.
 */
export const drilledKinds: readonly DrilledKind[] = [
  { ...core("ConfigMap", "configmaps"), proof: "made", why: "as it is" },
  {
    ...core("ServiceAccount", "serviceaccounts"),
    proof: "made",
    why: "without pull secrets, and no pod gets its token: nothing may act in its name",
  },
  {
    ...core("Service", "services"),
    proof: "made",
    why: "as ClusterIP without selector, node ports and outside addresses: nothing may be reachable, or point outside",
  },
  { ...core("ReplicationController", "replicationcontrollers"), proof: "made", why: "with 0 replicas" },
  { ...apps("Deployment", "deployments"), proof: "made", why: "with 0 replicas and paused" },
  { ...apps("StatefulSet", "statefulsets"), proof: "made", why: "with 0 replicas" },
  { ...apps("ReplicaSet", "replicasets"), proof: "made", why: "with 0 replicas" },
  { group: "batch", kind: "CronJob", plural: "cronjobs", proof: "made", why: "suspended" },
  {
    ...core("Secret", "secrets"),
    proof: "tried",
    why: "with {} for every value; a drill may neither read nor delete Secrets. Sealed values must open with the identity",
  },
  { ...core("Pod", "pods"), proof: "read", why: "it would start" },
  { ...core("PodTemplate", "podtemplates"), proof: "tried", why: "nothing is gained by making it" },
  { ...core("PersistentVolumeClaim", "persistentvolumeclaims"), proof: "tried", why: "it would take storage" },
  {
    ...core("ResourceQuota", "resourcequotas"),
    proof: "tried",
    why: "it would bound the drills",
  },
  { ...core("LimitRange", "limitranges"), proof: "tried", why: "it would bound the drills" },
  { ...apps("DaemonSet", "daemonsets"), proof: "tried", why: "it has no number of replicas that could be 0" },
  { group: "batch", kind: "Job", plural: "jobs", proof: "tried", why: "it would start" },
  {
    group: "autoscaling",
    kind: "HorizontalPodAutoscaler",
    plural: "horizontalpodautoscalers",
    proof: "tried",
    why: "it would scale",
  },
  {
    group: "policy",
    kind: "PodDisruptionBudget",
    plural: "poddisruptionbudgets",
    proof: "tried",
    why: "it could keep nodes from being drained",
  },
  {
    group: "networking.k8s.io",
    kind: "NetworkPolicy",
    plural: "networkpolicies",
    proof: "tried",
    why: "policies add up: one could open the drill's namespace",
  },
  {
    group: "networking.k8s.io",
    kind: "Ingress",
    plural: "ingresses",
    proof: "tried",
    why: "it would take traffic; .invalid is added to its hosts, because a controller may refuse those that exist",
  },
  ...(["Role", "RoleBinding"] as const).map((kind) => ({
    group: "rbac.authorization.k8s.io",
    kind,
    plural: `${kind.toLowerCase()}s`,
    proof: "read" as const,
    why: "the server lets only those give rights who hold them, in dry runs too: the drill would need all of them",
  })),
];

/** What a drill does with every kind that is no row of its own. */
export const otherDrilledKinds = {
  custom: {
    proof: "tried",
    why: "an operator that watches all namespaces would act on it; a group that the drill may not send is read",
  },
  clusterScoped: { proof: "read", why: "it would be the real one" },
} as const satisfies Readonly<Record<string, Pick<DrilledKind, "proof" | "why">>>;

function core(kind: string, plural: string): Pick<DrilledKind, "group" | "kind" | "plural"> {
  return { group: "", kind, plural };
}

function apps(kind: string, plural: string): Pick<DrilledKind, "group" | "kind" | "plural"> {
  return { group: "apps", kind, plural };
}
