// Names and inputs of default providers, by Pulumi's rules as they are written here.
import assert from "node:assert/strict";
import {
  defaultProviderInputs,
  defaultProviderName,
  isDefaultProviderDenied,
  type ProviderRequest,
} from "../../../cli/engine/default-provider.js";
import { printableMap } from "../../../cli/engine/wire-value.js";

const AWS: ProviderRequest = { packageName: "aws", version: "7.48.0", downloadUrl: "" };

describe("default providers", () => {
  it("are named after version and address", () => {
    assert.equal(defaultProviderName(AWS), "default_7_48_0");
    assert.equal(defaultProviderName({ ...AWS, version: "" }), "default");
    assert.equal(defaultProviderName({ ...AWS, version: "1.0.0-alpha.1+build" }), "default_1_0_0_alpha_1_build");
    assert.equal(
      defaultProviderName({ ...AWS, version: "1.0.0", downloadUrl: "github://api.github.com/acme" }),
      "default_1_0_0_github_/api.github.com/acme",
    );
  });

  it("take the configuration of their package, secrets as secrets", () => {
    const configuration = {
      values: { "aws:region": "eu-west-1", "aws:secretKey": "s", "gcp:zone": "z" },
      secretKeys: ["aws:secretKey"],
    };
    assert.deepEqual(printableMap(defaultProviderInputs(AWS, configuration)), {
      region: "eu-west-1",
      secretKey: "[secret]",
      version: "7.48.0",
    });
  });

  it("keep the base provider of a parameterized package", () => {
    const parameterization = { baseName: "terraform-provider", version: "3.7.1", value: "eyJ9" };
    const request = { packageName: "random", version: "0.8.0", downloadUrl: "", parameterization };
    assert.equal(defaultProviderName(request), "default_3_7_1");
    assert.deepEqual(defaultProviderInputs(request, { values: {}, secretKeys: [] }), {
      version: "3.7.1",
      __internal: { name: "terraform-provider", version: "0.8.0", parameterization: "eyJ9" },
    });
  });

  it("can be denied, one by one or all", () => {
    const denied = (list: string): boolean =>
      isDefaultProviderDenied("aws", { values: { "pulumi:disable-default-providers": list }, secretKeys: [] });
    assert.deepEqual(['["aws"]', '["*"]', '["gcp"]', "", "not json"].map(denied), [true, true, false, false, false]);
  });
});
