// What `adopt` asks of the engine for the children of a component. Does not prove that the engine imports them; that is
// seen by test/engine/aws-options.test.ts.
import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { BackupVault } from "../../components/aws/index.js";
import { adopt, type AdoptOptions } from "../../components/index.js";
import { record } from "../support/recorder.js";

/** What a vault that adopts registers, and what was logged as an error. */
async function adopting(existing: Record<string, string>, options?: AdoptOptions) {
  const errors: string[] = [];
  const { error } = pulumi.log;
  // The engine ends a program that has logged an error; the mocks only print it.
  (pulumi.log as { error: unknown }).error = (message: string) => {
    errors.push(message);
    return Promise.resolve();
  };
  try {
    const all = await record(() => {
      new BackupVault(
        "vault",
        { environment: "production", region: "eu-west-1", vaultName: "Default" },
        adopt(existing, options),
      );
      new BackupVault("second", { environment: "production", region: "eu-west-1" });
    });
    const found = all.filter(({ importId }) => importId !== "");
    return { errors, imported: found.map(({ name, importId, ignoreChanges }) => [name, importId, ignoreChanges]) };
  } finally {
    (pulumi.log as { error: unknown }).error = error;
  }
}

describe("adopt", () => {
  it("imports the children that are named, and nothing of another component", async () => {
    const { imported, errors } = await adopting({ vault: "Default", "Key vault-key": "1234" });
    assert.deepEqual(imported.sort(), [
      ["vault", "Default", ["tags", "tagsAll"]],
      ["vault-key", "1234", ["tags", "tagsAll"]],
    ]);
    assert.deepEqual(errors, []);
  });

  it("keeps what is said to differ", async () => {
    const { imported } = await adopting({ vault: "Default" }, { keep: ["tags", "forceDestroy"] });
    assert.deepEqual(imported, [["vault", "Default", ["tags", "forceDestroy"]]]);
  });

  it("fails the program for a name that no child has: a second resource would be made", async () => {
    const { imported, errors } = await adopting({ vault: "Default", volt: "Default" });
    assert.equal(imported.length, 1);
    assert.equal(errors.length, 1);
    assert.match(
      errors[0]!,
      /adopt\.volt must be the name of a resource that the component makes, got "volt"; use one of .*\bvault\b.*Vault vault/,
    );
  });
});
