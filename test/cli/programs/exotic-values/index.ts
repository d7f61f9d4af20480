import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

const first = new k8s.core.v1.ConfigMap("first", {
  metadata: { name: "first" },
  data: { big: "x".repeat(100_000), empty: "" },
});
new k8s.apiextensions.CustomResource("custom", {
  apiVersion: "example.com/v1",
  kind: "Thing",
  metadata: { name: "ünïcode-☃", annotations: { "a::b": "c" } },
  spec: {
    zero: 0,
    negative: -1.5,
    no: false,
    nothing: null,
    list: [1, [2, [3, first.metadata.uid]]],
    secret: pulumi.secret([first.metadata.name, "s"]),
    promise: Promise.resolve({ later: true }),
    mixed: pulumi
      .all([first.metadata.name, pulumi.secret("hidden-here")])
      .apply(([name, hidden]) => ({ name, hidden })),
    reference: first.urn,
  },
});
new pulumi.ComponentResource("test:index:Name::with::colons", "a name, with $ and spaces");
