// The environment that a stack's name and configuration mean. Does not prove how the engine reads stack files.
import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { defineEnvironment, type Environment, environmentOfStack } from "../../components/index.js";
import { record } from "../support/recorder.js";

async function environmentOf(
  stack: string,
  config: Record<string, string> = {},
  environments: Environment[] = [],
): Promise<Environment> {
  let found: Environment | undefined;
  await record(() => {
    pulumi.runtime.setAllConfig(config);
    found = environmentOfStack({ environments });
  }, stack);
  return found!;
}

describe("environmentOfStack", () => {
  it("reads the stack's name", async () => {
    assert.equal((await environmentOf("staging")).name, "staging");
  });

  it("lets the configuration decide over the name", async () => {
    assert.equal((await environmentOf("eu-1", { "backup-tiers:environment": "production" })).name, "production");
  });

  it("overrides cells from structured configuration and leaves the others", async () => {
    const environment = await environmentOf("production", {
      "backup-tiers:protection": JSON.stringify({ postgres: { copies: 2 } }),
    });
    assert.deepEqual(
      [
        environment.matrix["postgres"]!.copies,
        environment.matrix["postgres"]!.frequency,
        environment.matrix["etcd"]!.copies,
      ],
      [2, "1 hour", 2],
    );
  });

  it("takes environments of the program's own first", async () => {
    const quality = defineEnvironment({ name: "qa", extends: "staging" });
    assert.equal(await environmentOf("qa", {}, [quality]).then(({ base }) => base), "staging");
  });

  it("fails with every problem at once: names, keys, values", async () => {
    await assert.rejects(
      environmentOf("prodction", {
        "backup-tiers:protection": JSON.stringify({ postgress: { copies: 2 }, etcd: { copys: 1, frequency: "1 dya" } }),
      }),
      (error: Error) => {
        assert.ok(pulumi.RunError.isInstance(error));
        for (const part of [
          /the configuration of stack "prodction" has \d+ problems/,
          /did you mean "production"/,
          /postgress/,
          /copys/,
          /1 dya/,
        ])
          assert.match(error.message, part);
        return true;
      },
    );
  });

  it("fails for configuration that is not structured", async () => {
    await assert.rejects(
      environmentOf("staging", { "backup-tiers:protection": "daily" }),
      /backup-tiers:protection must be a map of asset kinds \(Pulumi structured configuration\), got "daily"/,
    );
  });
});
