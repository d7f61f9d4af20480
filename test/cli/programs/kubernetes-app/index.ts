import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

/** A component with aliases, nested components and explicit providers. */
class App extends pulumi.ComponentResource {
  readonly service: k8s.core.v1.Service;

  constructor(name: string, opts?: pulumi.ComponentResourceOptions) {
    super("test:index:App", name, {}, opts);
    const labels = { app: name };
    const storage = new Storage(`${name}-storage`, { parent: this, protect: false });
    const deployment = new k8s.apps.v1.Deployment(
      `${name}-web`,
      {
        metadata: { name: `${name}-web`, namespace: "apps" },
        spec: {
          selector: { matchLabels: labels },
          template: {
            metadata: { labels },
            spec: {
              containers: [{ name: "web", image: "nginx:1" }],
              volumes: [{ name: "data", persistentVolumeClaim: { claimName: storage.claim.metadata.name } }],
            },
          },
        },
      },
      { parent: this, dependsOn: storage, ignoreChanges: ["spec.replicas"] },
    );
    this.service = new k8s.core.v1.Service(
      `${name}-service`,
      { metadata: { name: `${name}-service`, namespace: "apps" }, spec: { selector: labels, ports: [{ port: 80 }] } },
      { parent: deployment, aliases: [{ parent: this }, { name: "former-service" }] },
    );
    this.registerOutputs({ service: this.service.metadata.name });
  }
}

class Storage extends pulumi.ComponentResource {
  readonly claim: k8s.core.v1.PersistentVolumeClaim;

  constructor(name: string, opts?: pulumi.ComponentResourceOptions) {
    super("test:index:Storage", name, {}, opts);
    this.claim = new k8s.core.v1.PersistentVolumeClaim(
      `${name}-data`,
      {
        metadata: { name: `${name}-data`, namespace: "apps" },
        spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
      },
      { parent: this, retainOnDelete: false },
    );
    this.registerOutputs();
  }
}

const namespace = new k8s.core.v1.Namespace("apps", { metadata: { name: "apps" } }, { protect: true });
const rendered = new k8s.Provider("rendered", { renderYamlToDirectory: "rendered", namespace: "apps" });
const app = new App("shop", {
  protect: true,
  retainOnDelete: true,
  deletedWith: namespace,
  aliases: [{ name: "old-shop" }],
});
new App("other", { provider: rendered, dependsOn: [app] });
new k8s.core.v1.ConfigMap("plain", {
  metadata: { namespace: namespace.metadata.name, name: "plain" },
  data: { service: app.service.metadata.name, key: pulumi.secret("value-of-the-key") },
});
new k8s.core.v1.Secret("credentials", {
  metadata: { name: "credentials", namespace: "apps" },
  stringData: { password: pulumi.secret("a-password") },
});
export const service = app.service.metadata.name;
export const hidden = pulumi.secret({ deep: "down-here" });
