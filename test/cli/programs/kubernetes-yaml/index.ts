import * as k8s from "@pulumi/kubernetes";

new k8s.yaml.ConfigFile("file", { file: "app.yaml" });
new k8s.yaml.ConfigGroup("group", {
  yaml: "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: inline\n  namespace: apps\n",
  transformations: [(object: { metadata: { labels?: unknown } }) => (object.metadata.labels = { added: "yes" })],
});
