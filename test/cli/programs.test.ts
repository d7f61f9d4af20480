// Previews programs of many shapes with the command as users run it. It proves what is listed and reported, not that
// Pulumi's engine would list the same: test/engine/preview.test.ts compares the two.
import assert from "node:assert/strict";
import { join } from "node:path";
import type { PreviewedResource } from "../../cli/document/preview-document.js";
import { PROGRAMS, previewProgram, runCommand } from "./support/command-line.js";

/** `type name` of every resource but the stack. */
function listed(resources: readonly PreviewedResource[]): readonly string[] {
  return resources.slice(1).map(({ type, name }) => `${type} ${name}`);
}

function find(resources: readonly PreviewedResource[], name: string): PreviewedResource {
  const found = resources.find((resource) => resource.name === name);
  assert.ok(found, `no resource ${name}`);
  return found;
}

const PET = "random:index/randomPet:RandomPet";

describe("programs that are written in many ways", () => {
  const expected: Readonly<Record<string, readonly string[]>> = {
    "javascript-commonjs": ["pet"],
    "javascript-module": ["pet"],
    "typescript-module": ["pet"],
    "with-tsx": ["pet"],
    compiled: ["pet"],
    "async-entry": ["first", "second"],
    "late-resources": ["from-a-timer", "from-before-exit"],
  };
  for (const [program, pets] of Object.entries(expected)) {
    it(`lists the resources of ${program}`, async () => {
      const { document, exitCode, stderr } = await previewProgram(program);
      assert.equal(exitCode, 0, stderr);
      assert.deepEqual(
        listed(document.resources),
        pets.map((name) => `${PET} ${name}`),
      );
    });
  }

  it("takes the project from Pulumi.json, its main folder and its folder of stack files", async () => {
    const { document } = await previewProgram("json-project");
    assert.equal(document.stack, "test");
    assert.deepEqual(document.outputs, { from: "a JSON file" });
  });

  it("takes the project from Pulumi.yml", async () => {
    assert.deepEqual((await previewProgram("yml-project")).document.outputs, { fine: true });
  });

  it("runs the program in its main folder", async () => {
    assert.equal((await previewProgram("compiled")).document.outputs["here"], "out");
  });

  it("previews a stack of another organization", async () => {
    const { document } = await previewProgram("yml-project", ["--stack", "acme/shop/qa"]);
    assert.equal(document.stack, "qa");
  });
});

describe("options of resources", () => {
  it("hands protection and deletion options from components to their children", async () => {
    const { document } = await previewProgram("component-tree");
    const instance = find(document.resources, "orders-instance");
    const component = find(document.resources, "orders");
    assert.equal(instance.parent, component.urn);
    assert.deepEqual(instance.options, {
      protect: true,
      retainOnDelete: true,
      deletedWith: null,
      dependsOn: [],
      aliases: [],
      ignoreChanges: [],
    });
    assert.match(instance.provider ?? "", /::pulumi:providers:aws::ireland::\[unknown\]$/);
    const bucket = find(document.resources, "plain");
    assert.equal(bucket.options.deletedWith, component.urn);
    assert.deepEqual(bucket.options.ignoreChanges, ["tags"]);
  });

  it("lists every URN that an aliased child may have had", async () => {
    const { document } = await previewProgram("aliases");
    const prefix = "urn:pulumi:dev::aliases::";
    const { aliases } = find(document.resources, "outer-bucket").options;
    const wanted = [
      "test:index:Outer$aws:s3/bucket:Bucket::first-bucket",
      "test:index:Outer$aws:s3/bucket:Bucket::old-outer-bucket",
      "test:index:Former$aws:s3/bucket:Bucket::outer-bucket",
      "test:index:Outer$aws:s3/bucketV2:BucketV2::outer-bucket",
    ];
    for (const urn of wanted) assert.ok(aliases.includes(prefix + urn), `${urn} is missing from ${aliases.join("\n")}`);
    assert.ok(aliases.includes("urn:pulumi:dev::aliases::test:index:Outer$aws:s3/bucket:Bucket::urn-outer-bucket"));
  });

  it("uses the provider of the resource, of the component, or the default one", async () => {
    const { document } = await previewProgram("providers");
    const provider = (name: string): string | undefined =>
      /::([^:]+)::\[unknown\]$/.exec(find(document.resources, name).provider ?? "")?.[1];
    assert.deepEqual(
      ["list-bucket", "map-inner-versioning", "single-inner-bucket", "none-bucket", "own", "versioned"].map(provider),
      ["ireland", "oregon", "ireland", "default_7_48_0", "oregon", "default_7_1_0"],
    );
    assert.match(provider("single-pet") ?? "", /^default_4_/);
    assert.equal(find(document.resources, "ireland").inputs["secretKey"], "[secret]");
  });

  it("leaves default providers out, as pulumi does", async () => {
    const { document } = await previewProgram("providers");
    const names = document.resources.filter(({ type }) => type.startsWith("pulumi:providers:")).map(({ name }) => name);
    assert.deepEqual([...names].sort(), ["ireland", "oregon"]);
  });

  it("reports a default provider that the configuration denies", async () => {
    const { document, exitCode } = await previewProgram("javascript-commonjs", [
      "--config-value",
      'pulumi:disable-default-providers=["random"]',
    ]);
    assert.equal(exitCode, 1);
    assert.match(document.error?.message ?? "", /Default provider for 'random' disabled/);
  });
});

describe("transforms and hooks", () => {
  it("runs the transforms of the resource, of its parents and of the stack, in this order", async () => {
    const { document } = await previewProgram("transforms");
    const first = find(document.resources, "group-first");
    assert.deepEqual(first.inputs["data"], { added: "by the stack", own: "2", parent: "was here" });
    assert.equal(first.options.protect, true);
    assert.equal(first.options.retainOnDelete, true);
    const second = find(document.resources, "group-second");
    assert.deepEqual(second.options.dependsOn, [first.urn]);
    assert.deepEqual(second.options.ignoreChanges, ["data.uid"]);
    assert.equal(find(document.resources, "space").options.retainOnDelete, true);
  });

  it("changes the arguments of provider functions", async () => {
    const answers = join(PROGRAMS, "invoke-transforms/answers.yaml");
    const { document } = await previewProgram("invoke-transforms", ["--invokes", answers]);
    assert.deepEqual(document.outputs, { cidr: "10.9.0.0/16" });
  });

  it("runs the hooks that want to run in previews, and no other", async () => {
    const { stderr, exitCode } = await previewProgram("hooks");
    assert.equal(exitCode, 0);
    assert.equal(stderr, "hook for pet\nhook for pet\n");
  });
});

describe("what is not known before an update", () => {
  it("shows remote components as one node with unknown outputs", async () => {
    const { document, exitCode } = await previewProgram("remote-components");
    assert.equal(exitCode, 0);
    const network = find(document.resources, "network");
    assert.equal(network.custom, false);
    assert.equal(network.options.protect, true);
    assert.deepEqual(network.inputs, { cidrBlock: "10.0.0.0/16", tags: { address: "[unknown]", secret: "[secret]" } });
    assert.equal(find(document.resources, "group").inputs["vpcId"], "[unknown]");
    assert.deepEqual(document.outputs, { description: "[unknown]", subnets: "[unknown]", vpcId: "[unknown]" });
  });

  it("leaves the results of provider functions unknown, awaited or not", async () => {
    const { document, exitCode } = await previewProgram("invokes");
    assert.equal(exitCode, 0);
    assert.equal(find(document.resources, "logs").inputs["bucket"], "[unknown]");
    assert.equal(find(document.resources, "subnet-0").inputs["availabilityZone"], "[unknown]");
    const { urn, provider } = find(document.resources, "address-[unknown]");
    assert.equal(urn, "urn:pulumi:dev::invokes::aws:ec2/eip:Eip::address-[unknown]");
    assert.match(provider ?? "", /::default_[0-9_]+::\[unknown\]$/);
    assert.deepEqual(find(document.resources, "server").inputs["tags"], { account: "[unknown]", chained: "[unknown]" });
    assert.equal(document.outputs["parsed"], "[unknown]");
  });

  it("takes the results that it is given", async () => {
    const { document } = await previewProgram("invokes", ["--invokes", join(PROGRAMS, "invokes/answers.json")]);
    assert.equal(document.outputs["subnets"], 2);
    assert.equal(find(document.resources, "subnet-1").inputs["availabilityZone"], "eu-west-1b");
    assert.equal(find(document.resources, "logs").inputs["bucket"], "logs-eu-west-1");
    assert.deepEqual(find(document.resources, "server").inputs["tags"], { account: "111-222", chained: "111" });
  });

  it("reads existing resources and stacks", async () => {
    const { document } = await previewProgram("existing-resources");
    assert.equal(find(document.resources, "existing").external, true);
    assert.deepEqual(document.outputs, {
      arn: "[unknown]",
      bucketId: "existing-bucket",
      detailed: "not known",
      importedId: "imported-bucket",
      password: "[unknown]",
      vpc: "[unknown]",
    });
  });

  it("takes the outputs of other stacks from a file", async () => {
    const file = join(PROGRAMS, "existing-resources/stacks.yaml");
    const { document, stdout } = await previewProgram("existing-resources", ["--stack-references", file]);
    assert.equal(document.outputs["vpc"], "vpc-123");
    assert.equal(document.outputs["detailed"], "vpc-123");
    assert.equal(document.outputs["password"], "[secret]");
    assert.equal(find(document.resources, "group").inputs["vpcId"], "vpc-123");
    assert.ok(!stdout.includes("of-the-other-stack"));
  });

  it("shows assets and archives as what they are made from", async () => {
    const { document } = await previewProgram("assets");
    assert.deepEqual(find(document.resources, "text").inputs["source"], { "[asset]": { text: "written here" } });
    assert.deepEqual(find(document.resources, "folder").inputs["source"], { "[archive]": { path: "files" } });
    assert.deepEqual(find(document.resources, "several").inputs["source"], {
      "[archive]": {
        assets: { "more/": { "[archive]": { path: "files" } }, "one.txt": { "[asset]": { text: "one" } } },
      },
    });
    assert.equal((await previewProgram("remote-asset")).exitCode, 0);
  });

  it("previews dynamic providers without running them", async () => {
    const { document, stdout } = await previewProgram("dynamic-provider");
    assert.deepEqual(document.outputs, { doubled: "[unknown]", size: 3 });
    assert.equal(find(document.resources, "first").inputs["token"], "[secret]");
    assert.ok(!stdout.includes("captured-secret-token"));
  });

  it("exports resources, components, secrets and promises", async () => {
    const { outputs } = (await previewProgram("stack-outputs")).document;
    assert.deepEqual(outputs["nested"], {
      asset: { "[asset]": { text: "text" } },
      list: ["[unknown]", 1, null],
      secret: "[secret]",
    });
    assert.equal(outputs["promise"], "later");
    assert.deepEqual(outputs["partly"], ["[unknown]", "known"]);
  });

  it("gives the same document twice", async () => {
    const [first, second] = await Promise.all([previewProgram("providers"), previewProgram("providers")]);
    assert.equal(first.stdout, second.stdout);
  });
});

describe("a policy pack", () => {
  it("says what breaks its policies, and a mandatory one fails the preview", async () => {
    const pack = join(PROGRAMS, "../policy-pack");
    const { document, exitCode } = await previewProgram("typescript-module", ["--policy-pack", pack]);
    assert.equal(exitCode, 1);
    const urn = find(document.resources, "pet").urn;
    assert.deepEqual(
      document.policies.map(({ policy, level, urn: about }) => ({ policy, level, about })),
      [
        { policy: "pets-have-short-names", level: "mandatory", about: urn },
        { policy: "pets-have-prefixes", level: "advisory", about: urn },
      ],
    );
    const lenient = await previewProgram("javascript-commonjs", ["--policy-pack", pack]);
    assert.equal(lenient.exitCode, 0);
    const both = await previewProgram("async-entry", ["--policy-pack", pack]);
    assert.equal(both.exitCode, 1);
    assert.ok(
      both.document.policies.some(({ policy, message }) => policy === "few-resources" && message.includes("2 pets")),
    );
  });

  it("has to exist", async () => {
    const { exitCode, stderr } = await runCommand(["preview", join(PROGRAMS, "compiled"), "--policy-pack", PROGRAMS]);
    assert.equal(exitCode, 2);
    assert.equal(stderr, `error: --policy-pack must name a folder with a PulumiPolicy.yaml, got ${PROGRAMS}\n`);
  });
});
