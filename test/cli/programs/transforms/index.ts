import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

// A stack transform: every later resource of this kind is protected and labelled.
pulumi.runtime.registerResourceTransform(({ type, props, opts }) => {
  if (type !== "kubernetes:core/v1:ConfigMap") return undefined;
  return { props: { ...props, data: { ...props.data, added: "by the stack" } }, opts: { ...opts, protect: true } };
});
// The older kind, which the SDK runs itself.
pulumi.runtime.registerStackTransformation(({ type, props, opts }) =>
  type === "kubernetes:core/v1:Namespace"
    ? { props, opts: pulumi.mergeOptions(opts, { retainOnDelete: true }) }
    : undefined,
);

class Group extends pulumi.ComponentResource {
  constructor(name: string, opts?: pulumi.ComponentResourceOptions) {
    super("test:index:Group", name, {}, opts);
    const first = new k8s.core.v1.ConfigMap(
      `${name}-first`,
      { metadata: { name: `${name}-first`, namespace: "default" }, data: { own: "1" } },
      {
        parent: this,
        // Runs before the component's and the stack's.
        transforms: [
          ({ props, opts: given }) => ({ props: { ...props, data: { ...props.data, own: "2" } }, opts: given }),
        ],
      },
    );
    new k8s.core.v1.ConfigMap(
      `${name}-second`,
      {
        metadata: { name: `${name}-second`, namespace: "default" },
        data: { first: first.metadata.name, uid: first.metadata.uid, password: pulumi.secret("of-the-second") },
      },
      {
        parent: this,
        transforms: [
          async (args) => ({
            props: { ...args.props, data: pulumi.output(args.props.data).apply((data) => ({ ...data, seen: "yes" })) },
            opts: { ...args.opts, ignoreChanges: ["data.uid"], dependsOn: first },
          }),
        ],
      },
    );
    this.registerOutputs();
  }
}

new Group("group", {
  transforms: [
    ({ custom, props, opts }) =>
      custom
        ? { props: { ...props, data: { ...props.data, parent: "was here" } }, opts: { ...opts, retainOnDelete: true } }
        : undefined,
  ],
});
new k8s.core.v1.Namespace("space", { metadata: { name: "space" } });
