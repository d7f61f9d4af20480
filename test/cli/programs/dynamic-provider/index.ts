import * as pulumi from "@pulumi/pulumi";

const token = new pulumi.Config().getSecret("token") ?? pulumi.secret("captured-secret-token");

const provider: pulumi.dynamic.ResourceProvider = {
  async create(inputs: { readonly size: number }) {
    return { id: `made-${String(inputs.size)}`, outs: { ...inputs, doubled: inputs.size * 2 } };
  },
};

class Made extends pulumi.dynamic.Resource {
  declare readonly size: pulumi.Output<number>;
  declare readonly doubled: pulumi.Output<number>;

  constructor(
    name: string,
    args: { size: pulumi.Input<number>; token?: pulumi.Input<string> },
    opts?: pulumi.CustomResourceOptions,
  ) {
    super(provider, name, { doubled: undefined, ...args }, opts);
  }
}

const first = new Made("first", { size: 3, token });
const second = new Made("second", { size: first.doubled }, { parent: first });
export const size = first.size;
export const doubled = second.doubled;
