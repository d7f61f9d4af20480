import * as aws from "@pulumi/aws";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

class Database extends pulumi.ComponentResource {
  readonly address: pulumi.Output<string>;

  constructor(name: string, opts?: pulumi.ComponentResourceOptions) {
    super("test:index:Database", name, { engine: "postgres" }, opts);
    const instance = new aws.rds.Instance(
      `${name}-instance`,
      { instanceClass: "db.t4g.micro", password: pulumi.secret("correct horse battery"), skipFinalSnapshot: true },
      { parent: this },
    );
    new k8s.core.v1.Secret(
      `${name}-credentials`,
      { stringData: { host: instance.address, password: "x" } },
      { parent: this, dependsOn: [instance] },
    );
    this.address = instance.address;
    this.registerOutputs({ address: this.address, size: 3 });
  }
}

const ireland = new aws.Provider("ireland", { region: "eu-west-1" });
const database = new Database("orders", { protect: true, retainOnDelete: true, providers: [ireland] });
new aws.s3.Bucket("plain", {}, { deletedWith: database, ignoreChanges: ["tags"] });
export const address = database.address;
export const password = pulumi.secret("hunter2hunter2");
export const list = [1, "two", { three: true }];
