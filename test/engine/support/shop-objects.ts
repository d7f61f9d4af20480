/** What no artefact, record or log may have in it. */
export const secretValue = "correct-horse-battery-staple";

/** The definition of the shop's custom resource. */
export function shopDefinition(group: string): object {
  const spec = { type: "object", required: ["teeth"], properties: { teeth: { type: "integer" } } };
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `widgets.${group}` },
    spec: {
      group,
      scope: "Namespaced",
      names: { plural: "widgets", singular: "widget", kind: "Widget" },
      versions: [
        {
          name: "v1",
          served: true,
          storage: true,
          schema: { openAPIV3Schema: { type: "object", required: ["spec"], properties: { spec } } },
        },
      ],
    },
  };
}

/** A namespace as production has them: all that could start, take storage, or reach somebody. */
export function shopObjects(namespace: string, group: string): object[] {
  const container = { name: "main", image: "docker.io/library/redis:7", imagePullPolicy: "IfNotPresent" };
  const template = (labels: object) => ({ metadata: { labels }, spec: { containers: [container] } });
  const task = { spec: { restartPolicy: "Never", containers: [container] } };
  const app = { app: "shop" };
  const meta = (name: string, more: object = {}) => ({ name, namespace, ...more });
  const hold = { finalizers: ["example.com/hold"] };
  return [
    {
      apiVersion: "v1",
      kind: "ServiceAccount",
      metadata: meta("shop", { annotations: { "eks.amazonaws.com/role-arn": "arn:aws:iam::1:role/shop" } }),
      imagePullSecrets: [{ name: "registry" }],
    },
    { apiVersion: "v1", kind: "Secret", metadata: meta("db"), stringData: { password: secretValue } },
    {
      apiVersion: "v1",
      kind: "Secret",
      type: "kubernetes.io/dockerconfigjson",
      metadata: meta("registry"),
      stringData: { ".dockerconfigjson": JSON.stringify({ auths: { "r.example.com": { auth: secretValue } } }) },
    },
    {
      apiVersion: "v1",
      kind: "Secret",
      type: "kubernetes.io/tls",
      metadata: meta("tls"),
      stringData: { "tls.crt": "certificate", "tls.key": secretValue },
    },
    {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: meta("settings", { ...hold, labels: { grafana_dashboard: "1" } }),
      data: { colour: "blue" },
    },
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: meta("web", { annotations: { "external-dns.alpha.kubernetes.io/hostname": "shop.example.com" } }),
      spec: { type: "LoadBalancer", selector: app, ports: [{ port: 80, targetPort: 6379 }] },
    },
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: meta("payments"),
      spec: { type: "ExternalName", externalName: "payments.example.com" },
    },
    {
      apiVersion: "v1",
      kind: "PersistentVolumeClaim",
      metadata: meta("uploads"),
      spec: {
        accessModes: ["ReadWriteOnce"],
        storageClassName: "nobody-has-it",
        resources: { requests: { storage: "1Gi" } },
      },
    },
    { apiVersion: "v1", kind: "ResourceQuota", metadata: meta("quota"), spec: { hard: { configmaps: "100" } } },
    {
      apiVersion: "v1",
      kind: "LimitRange",
      metadata: meta("limits"),
      spec: { limits: [{ type: "Container", default: { memory: "64Mi" } }] },
    },
    {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: meta("web", { labels: app }),
      spec: { replicas: 1, selector: { matchLabels: app }, template: template(app) },
    },
    {
      apiVersion: "apps/v1",
      kind: "StatefulSet",
      metadata: meta("store"),
      spec: {
        replicas: 1,
        serviceName: "store",
        selector: { matchLabels: { app: "store" } },
        template: template({ app: "store" }),
      },
    },
    {
      apiVersion: "apps/v1",
      kind: "DaemonSet",
      metadata: meta("logs"),
      spec: { selector: { matchLabels: { app: "logs" } }, template: template({ app: "logs" }) },
    },
    {
      apiVersion: "batch/v1",
      kind: "CronJob",
      metadata: meta("invoices"),
      spec: { schedule: "0 0 1 1 *", jobTemplate: { spec: { template: task } } },
    },
    { apiVersion: "batch/v1", kind: "Job", metadata: meta("migrate"), spec: { template: task } },
    {
      apiVersion: "autoscaling/v2",
      kind: "HorizontalPodAutoscaler",
      metadata: meta("web"),
      spec: { scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "web" }, maxReplicas: 3 },
    },
    {
      apiVersion: "policy/v1",
      kind: "PodDisruptionBudget",
      metadata: meta("web"),
      spec: { minAvailable: 1, selector: { matchLabels: app } },
    },
    {
      apiVersion: "networking.k8s.io/v1",
      kind: "NetworkPolicy",
      metadata: meta("open"),
      spec: { podSelector: {}, policyTypes: ["Egress"], egress: [{}] },
    },
    {
      apiVersion: "networking.k8s.io/v1",
      kind: "Ingress",
      metadata: meta("web"),
      spec: {
        rules: [
          {
            host: "shop.example.com",
            http: {
              paths: [{ path: "/", pathType: "Prefix", backend: { service: { name: "web", port: { number: 80 } } } }],
            },
          },
        ],
      },
    },
    {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "Role",
      metadata: meta("shop"),
      rules: [{ apiGroups: [""], resources: ["secrets"], verbs: ["*"] }],
    },
    {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "RoleBinding",
      metadata: meta("shop"),
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: "shop" },
      subjects: [{ kind: "ServiceAccount", name: "shop", namespace }],
    },
    { apiVersion: `${group}/v1`, kind: "Widget", metadata: meta("gear", hold), spec: { teeth: 12 } },
  ];
}
