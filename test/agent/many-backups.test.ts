// Many signed backups are listed and checked, every one of them, in order; each has a manifest, a signature and an object.
// Does not prove: how fast that is, which benches measure, nor the same over a network, where each manifest is a request.
import assert from "node:assert/strict";
import { writeBackups } from "./support/many-backups.js";
import { needPrograms } from "../support/programs.js";
import { Workspace } from "./support/workspace.js";

/** Many times as many as are read at once. */
const backups = 2000;

describe("agent: many backups", () => {
  it("are listed and checked, none left out", async function () {
    this.timeout(240_000);
    needPrograms(this, "age-keygen", "minisign");
    const source = { kind: "postgres", host: "db", database: "shop", user: "u" } as const;
    const workspace = new Workspace({ source, retention: { hourly: null } });
    try {
      writeBackups(workspace, backups);
      for (const command of ["list", "check"]) {
        const run = await workspace.run([command, ...(command === "list" ? ["--json"] : [])]);
        assert.equal(run.code, 0, run.stderr);
        assert.match(run.result.message, /^2000 (good and 0 bad backups|backups, all as they must be)$/);
        const listed = (run.result["backups"] ?? []) as readonly { readonly id: string }[];
        const ids = listed.map(({ id }) => id);
        if (command === "list") assert.deepEqual(ids, [...new Set(ids)].sort());
      }
    } finally {
      workspace.remove();
    }
  });
});
